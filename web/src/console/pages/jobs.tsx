// Jobs of all keys, found by how they stand; and one of them, followed as it runs.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { jobStatuses, targets, type Job } from "../jobs";
import { Failure } from "../parts/failure";
import { SelectField, TextField } from "../parts/field";
import { JobDetails } from "../parts/job_details";
import { KeyLink } from "../parts/key_link";
import { More } from "../parts/more";
import { Table } from "../parts/table";
import { linkTo, type Route } from "../route";
import { useKeyNames } from "../use_key_names";
import { usePages } from "../use_pages";

const refreshMs = 2000;
const filters = ["status", "target", "key_id"] as const;
type Filters = Record<(typeof filters)[number], string>;

export function Jobs({ route }: { route: Route }) {
  const { say } = useConsole();
  if (route.id) return <JobDetails key={route.id} id={route.id} />;
  const wanted = Object.fromEntries(
    filters.map((name) => [name, route.query.get(name) ?? ""]),
  ) as Filters;
  return (
    <>
      <h2>{say("jobs")}</h2>
      <FilterForm wanted={wanted} />
      <Found key={JSON.stringify(wanted)} wanted={wanted} />
    </>
  );
}

// Each choice counts at once; a key's id when it is complete.
function FilterForm({ wanted }: { wanted: Filters }) {
  const { say } = useConsole();
  const [keyId, setKeyId] = useState(wanted.key_id);
  const show = (changed: Partial<Filters>) => {
    location.hash = linkTo("jobs", "", { ...wanted, key_id: keyId, ...changed });
  };
  return (
    <form
      class="panel"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        show({});
      }}
    >
      <div class="fields">
        <SelectField
          label={say("state")}
          value={wanted.status}
          options={[
            ["", say("any")],
            ...jobStatuses.map((status) => [status, say(`job.${status}`)] as const),
          ]}
          onChange={(status) => show({ status })}
        />
        <SelectField
          label={say("target")}
          value={wanted.target}
          options={[["", say("any")], ...targets.map((target) => [target, target] as const)]}
          onChange={(target) => show({ target })}
        />
        <TextField
          label={say("search.key_id")}
          value={keyId}
          onChange={(id) => setKeyId(id.trim())}
        />
      </div>
      <button type="submit">{say("search")}</button>
    </form>
  );
}

interface Page {
  jobs: Job[];
  next: string | null;
}

function Found({ wanted }: { wanted: Filters }) {
  const { api, say, formats } = useConsole();
  const nameOfKey = useKeyNames();
  const data = usePages(
    async (after) => {
      const { jobs, next } = await api.get<Page>("/jobs", { ...wanted, limit: 50, after });
      return { items: jobs, next };
    },
    [],
    refreshMs,
  );
  if (!data.value) return <Failure failure={data.failure} />;
  return (
    <>
      <Failure failure={data.failure} />
      <Table
        label={say("jobs")}
        columns={[
          "ID",
          say("state"),
          say("target"),
          say("when"),
          say("ended"),
          say("tokens"),
          say("attempts"),
          say("dimension.key_id"),
        ]}
        numeric={[5, 6]}
        rows={data.value.map((job) => ({
          key: job.id,
          cells: [
            <a href={linkTo("jobs", job.id)}>{job.id}</a>,
            say(`job.${job.status}`),
            job.target,
            formats.time(job.created_ms),
            formats.time(job.ended_ms),
            formats.number(job.progress?.tokens ?? 0),
            formats.number(job.attempts),
            <KeyLink id={job.key_id} name={nameOfKey(job.key_id)} />,
          ],
        }))}
      />
      <More pages={data} />
    </>
  );
}
