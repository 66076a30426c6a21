// Labelled inputs of forms.
import { useId } from "preact/hooks";

interface TextProps {
  label: string;
  value: string;
  onChange(value: string): void;
  type?: "text" | "password" | "number" | "url";
  hint?: string;
  isRequired?: boolean;
  autocomplete?: string;
}

export function TextField({
  label,
  value,
  onChange,
  type = "text",
  hint,
  isRequired,
  autocomplete,
}: TextProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type={type}
        value={value}
        required={isRequired}
        placeholder={hint}
        autocomplete={autocomplete ?? "off"}
        step={type === "number" ? "any" : undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}

interface AreaProps {
  label: string;
  value: string;
  onChange(value: string): void;
  isRequired?: boolean;
}

export function AreaField({ label, value, onChange, isRequired }: AreaProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={6}
        value={value}
        required={isRequired}
        spellcheck={false}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}

// A file of text, read as soon as it is chosen.
export function FileField({
  label,
  accept,
  onText,
}: {
  label: string;
  accept: string;
  onText(text: string): void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="file"
        accept={accept}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = ""; // the same one may be chosen again
          if (file) void file.text().then(onText);
        }}
      />
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: (readonly [value: string, text: string])[];
  onChange(value: string): void;
}

export function SelectField({ label, value, options, onChange }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  label: string;
  isOn: boolean;
  onChange(isOn: boolean): void;
}

export function CheckField({ label, isOn, onChange }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
