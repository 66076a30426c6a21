// A rule of an alert: a new one, or another in the place of one.
import { useState } from "preact/hooks";

import { filtersOf, filtersText, metrics, metricWord, type AlertSpec } from "../alerts";
import { useConsole } from "../context";
import { useAction } from "../use_data";
import { Failure } from "./failure";
import { SelectField, TextField } from "./field";

interface Props {
  title: string;
  submit: string;
  spec: AlertSpec;
  onSubmit(body: object): Promise<unknown>;
}

export function AlertForm({ title, submit, spec, onSubmit }: Props) {
  const { say } = useConsole();
  const [values, setValues] = useState({
    ...spec,
    threshold: String(spec.threshold),
    window_minutes: String(spec.window_minutes),
    for_minutes: String(spec.for_minutes),
    filters: filtersText(spec.filters),
  });
  const { run, isBusy, failure } = useAction();
  const set = (change: Partial<typeof values>) => setValues({ ...values, ...change });
  const body = () => ({
    name: values.name,
    metric: values.metric,
    comparison: values.comparison,
    threshold: Number(values.threshold),
    window_minutes: Math.round(Number(values.window_minutes)),
    for_minutes: Math.round(Number(values.for_minutes)),
    filters: filtersOf(values.filters),
    webhook_url: values.webhook_url,
  });
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => onSubmit(body()));
      }}
    >
      <h3>{title}</h3>
      <div class="fields">
        <TextField
          label={say("name")}
          value={values.name}
          onChange={(name) => set({ name })}
          isRequired
        />
        <SelectField
          label={say("metric")}
          value={values.metric}
          options={metrics.map((metric) => [metric, metricWord(metric, say)] as const)}
          onChange={(metric) => set({ metric })}
        />
        <SelectField
          label={say("firesWhen")}
          value={values.comparison}
          options={[
            ["above", say("above")],
            ["below", say("below")],
          ]}
          onChange={(comparison) => set({ comparison: comparison as AlertSpec["comparison"] })}
        />
        <TextField
          label={say("threshold")}
          type="number"
          value={values.threshold}
          onChange={(threshold) => set({ threshold })}
          isRequired
        />
        <TextField
          label={say("windowMinutes")}
          type="number"
          value={values.window_minutes}
          onChange={(window_minutes) => set({ window_minutes })}
          isRequired
        />
        <TextField
          label={say("forMinutes")}
          type="number"
          value={values.for_minutes}
          onChange={(for_minutes) => set({ for_minutes })}
          isRequired
        />
        <TextField
          label={say("filters")}
          value={values.filters}
          hint="task=math,proof"
          onChange={(filters) => set({ filters })}
        />
        <TextField
          label={say("webhook")}
          type="url"
          value={values.webhook_url}
          hint="https://..."
          onChange={(webhook_url) => set({ webhook_url })}
          isRequired
        />
      </div>
      <p class="hint">{say("thresholdHint")}</p>
      <Failure failure={failure} />
      <button type="submit" aria-disabled={isBusy}>
        {submit}
      </button>
    </form>
  );
}
