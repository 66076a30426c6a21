// What a profile's labels name: promoted, split by weight, rolled back.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { production, sharesText, type Profile } from "../profiles";
import { linkTo } from "../route";
import { useAction } from "../use_data";
import { ConfirmButton } from "./confirm_button";
import { Failure } from "./failure";
import { CheckField, SelectField, TextField } from "./field";
import { Table } from "./table";

interface Props {
  profile: Profile;
  onChanged(): void;
}

export function ProfileLabels({ profile, onChanged }: Props) {
  const { api, say, formats, may } = useConsole();
  const { run, isBusy, failure } = useAction();
  const rollBack = async (label: string) => {
    await api.send("POST", `/profiles/${profile.name}/labels/${label}/roll-back`);
    onChanged();
  };
  return (
    <>
      <Table
        label={say("labels")}
        columns={[say("label"), say("version"), ""]}
        rows={Object.entries(profile.labels).map(([label, shares]) => ({
          key: label,
          cells: [
            label,
            sharesText(shares, formats.percent),
            may("prompt_editor") && (
              <ConfirmButton
                label={say("rollBack")}
                question={say("rollBackQuestion")}
                isBusy={isBusy}
                onConfirm={() => void run(() => rollBack(label))}
              />
            ),
          ],
        }))}
      />
      <Failure failure={failure} missing="nothingEarlier" />
      {may("prompt_editor") && (
        // A new version is what most likely is to be promoted next.
        <Promote key={profile.versions.length} profile={profile} onChanged={onChanged} />
      )}
    </>
  );
}

// One version for all, or two by weight.
function Promote({ profile, onChanged }: Props) {
  const { api, say, may } = useConsole();
  const newest = String(profile.versions.at(-1));
  const [label, setLabel] = useState<string>(production);
  const [first, setFirst] = useState(newest);
  const [second, setSecond] = useState("");
  const [weight, setWeight] = useState("10");
  const [overrides, setOverrides] = useState(false);
  const { run, isBusy, failure } = useAction();
  const versions = profile.versions.map((version) => [String(version), String(version)] as const);
  const promote = async () => {
    const shares = second
      ? [
          { version: Number(first), weight: 100 - Number(weight) },
          { version: Number(second), weight: Number(weight) },
        ]
      : [{ version: Number(first) }];
    const override = overrides || undefined;
    await api.send("PUT", `/profiles/${profile.name}/labels/${label}`, { shares, override });
    setOverrides(false);
    onChanged();
  };
  const isRefused = failure?.code === "gate_refused";
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void run(promote);
      }}
    >
      <h3>{say("promote")}</h3>
      <div class="fields">
        <TextField label={say("label")} value={label} onChange={setLabel} isRequired />
        <SelectField label={say("versionA")} value={first} options={versions} onChange={setFirst} />
        <SelectField
          label={say("versionB")}
          value={second}
          options={[["", say("none")], ...versions]}
          onChange={setSecond}
        />
        {second && (
          <TextField
            label={say("shareB")}
            type="number"
            value={weight}
            onChange={setWeight}
            isRequired
          />
        )}
      </div>
      <Failure failure={failure} />
      {isRefused && (
        <p class="row">
          <a href={linkTo("evaluations", "", { profile: profile.name })}>{say("evaluations")}</a>
          {may("admin") && (
            <CheckField label={say("overrideGate")} isOn={overrides} onChange={setOverrides} />
          )}
        </p>
      )}
      <button type="submit" aria-disabled={isBusy}>
        {say("promote")}
      </button>
    </form>
  );
}
