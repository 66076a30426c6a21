// Alerts: how they stand, and for owners their rules.
import { useState } from "preact/hooks";

import { emptyAlert, filtersText, metricText, metricWord, type AlertRule } from "../alerts";
import { useConsole } from "../context";
import { AlertForm } from "../parts/alert_form";
import { ConfirmButton } from "../parts/confirm_button";
import { Failure } from "../parts/failure";
import { Secret } from "../parts/secret";
import { Table } from "../parts/table";
import { linkTo, type Route } from "../route";
import { useAction, useData } from "../use_data";

const refreshMs = 10_000;

export function Alerts({ route }: { route: Route }) {
  const { api, say, may } = useConsole();
  const [secret, setSecret] = useState<string | null>(null);
  const [nMade, setNMade] = useState(0); // each makes the form anew
  const data = useData(() => api.get<{ alerts: AlertRule[] }>("/alerts"), [], refreshMs);
  const edited = data.value?.alerts.find(({ id }) => id === route.id);
  const create = async (body: object) => {
    const made = await api.send<{ secret: string }>("POST", "/alerts", body);
    setSecret(made.secret);
    setNMade(nMade + 1);
    data.reload();
  };
  const replace = async (id: string, body: object) => {
    await api.send("PUT", `/alerts/${id}`, body);
    data.reload();
    location.hash = linkTo("alerts");
  };
  return (
    <>
      <h2>{say("alerts")}</h2>
      <Failure failure={data.failure} />
      {secret && (
        <Secret title={say("signingSecret")} text={secret} onDone={() => setSecret(null)} />
      )}
      {data.value && <AlertTable rules={data.value.alerts} onChanged={data.reload} />}
      {may("owner") && edited && (
        <AlertForm
          key={edited.id}
          title={edited.name}
          submit={say("save")}
          spec={edited}
          onSubmit={(body) => replace(edited.id, body)}
        />
      )}
      {may("owner") && !edited && (
        <AlertForm
          key={nMade}
          title={say("newAlert")}
          submit={say("create")}
          spec={emptyAlert}
          onSubmit={create}
        />
      )}
    </>
  );
}

function AlertTable({ rules, onChanged }: { rules: AlertRule[]; onChanged(): void }) {
  const { api, say, formats, may } = useConsole();
  const [told, setTold] = useState<{ name: string; text: string } | null>(null);
  const { run, isBusy, failure } = useAction();
  const test = async ({ id, name }: AlertRule) => {
    setTold(null);
    const sent = await api.send<{ is_delivered: boolean; error: string }>(
      "POST",
      `/alerts/${id}/test`,
    );
    const text = sent.is_delivered ? say("testArrived") : `${say("testFailed")} ${sent.error}`;
    setTold({ name, text });
  };
  const remove = async ({ id }: AlertRule) => {
    await api.send("DELETE", `/alerts/${id}`);
    onChanged();
  };
  const actionsOf = (rule: AlertRule) => (
    <span class="row">
      <a href={linkTo("alerts", rule.id)}>{say("edit")}</a>
      <button type="button" aria-disabled={isBusy} onClick={() => void run(() => test(rule))}>
        {say("sendTest")}
      </button>
      <ConfirmButton
        label={say("remove")}
        question={say("removeQuestion")}
        isBusy={isBusy}
        onConfirm={() => void run(() => remove(rule))}
      />
    </span>
  );
  const ruleText = (rule: AlertRule) => {
    const { metric, comparison, threshold, window_minutes, for_minutes, filters } = rule;
    const bound = metricText(metric, threshold, formats);
    const held = for_minutes > 0 ? `, ${say("heldMinutes", { n: for_minutes })}` : "";
    return (
      `${metricWord(metric, say)} ${comparison === "above" ? ">" : "<"} ${bound}, ` +
      `${say("overMinutes", { n: window_minutes })}${held} ${filtersText(filters)}`
    );
  };
  return (
    <>
      <Failure failure={failure} />
      {told && (
        <p role="status">
          <bdi>{told.name}</bdi>: {told.text}
        </p>
      )}
      <Table
        label={say("alerts")}
        columns={[
          say("name"),
          say("state"),
          say("rule"),
          say("value"),
          say("since"),
          say("delivery"),
          "",
        ]}
        numeric={[3]}
        rows={rules.map((rule) => ({
          key: rule.id,
          cells: [
            rule.name,
            <span class={rule.state === "firing" ? "failure" : undefined}>
              {say(`alert.${rule.state}`)}
            </span>,
            ruleText(rule),
            rule.value === null ? "" : metricText(rule.metric, rule.value, formats),
            formats.time(rule.since),
            rule.delivery_error || "-",
            may("owner") && actionsOf(rule),
          ],
        }))}
      />
    </>
  );
}
