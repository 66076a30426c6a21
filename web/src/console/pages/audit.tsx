// The audit log: who changed what, the newest first.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { Failure } from "../parts/failure";
import { More } from "../parts/more";
import { TextField } from "../parts/field";
import { Table } from "../parts/table";
import { linkTo, type Route } from "../route";
import { usePages } from "../use_pages";

interface Entry {
  number: number;
  at: string;
  actor: string;
  address: string;
  action: string;
  target: string;
  details: unknown;
}

const filters = ["actor", "action", "target"] as const;
type Filters = Record<(typeof filters)[number], string>;
const pageSize = 100;

export function Audit({ route }: { route: Route }) {
  const { say } = useConsole();
  const wanted = Object.fromEntries(
    filters.map((name) => [name, route.query.get(name) ?? ""]),
  ) as Filters;
  const key = JSON.stringify(wanted);
  return (
    <>
      <h2>{say("audit")}</h2>
      <AuditSearch key={key} wanted={wanted} />
      <Entries key={`entries ${key}`} wanted={wanted} />
    </>
  );
}

function AuditSearch({ wanted }: { wanted: Filters }) {
  const { say } = useConsole();
  const [values, setValues] = useState(wanted);
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        location.hash = linkTo("audit", "", values);
      }}
    >
      <div class="fields">
        {filters.map((name) => (
          <TextField
            key={name}
            label={say(`audit.${name}`)}
            value={values[name]}
            onChange={(value) => setValues({ ...values, [name]: value.trim() })}
          />
        ))}
      </div>
      <button type="submit">{say("search")}</button>
    </form>
  );
}

function Entries({ wanted }: { wanted: Filters }) {
  const { api, say, formats } = useConsole();
  const data = usePages(async (before) => {
    const query = { ...wanted, before, limit: pageSize };
    const { entries } = await api.get<{ entries: Entry[] }>("/audit", query);
    return {
      items: entries,
      next: entries.length === pageSize ? String(entries.at(-1)!.number) : null,
    };
  }, []);
  if (!data.value) return <Failure failure={data.failure} />;
  return (
    <>
      <Failure failure={data.failure} />
      <Table
        label={say("audit")}
        columns={[
          "#",
          say("when"),
          say("audit.actor"),
          say("address"),
          say("audit.action"),
          say("audit.target"),
          say("details"),
        ]}
        numeric={[0]}
        rows={data.value.map((entry) => ({
          key: String(entry.number),
          cells: [
            entry.number,
            formats.time(entry.at),
            entry.actor,
            entry.address,
            entry.action,
            entry.target,
            <code>{entry.details ? JSON.stringify(entry.details) : ""}</code>,
          ],
        }))}
      />
      <More pages={data} />
    </>
  );
}
