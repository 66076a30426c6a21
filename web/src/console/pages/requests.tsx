// Requests: those that run, what went wrong and why, and the log to be searched.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { Failure } from "../parts/failure";
import { KeyLink } from "../parts/key_link";
import { LiveTable } from "../parts/live_table";
import { More } from "../parts/more";
import { OneRequest } from "../parts/one_request";
import { SelectField, TextField } from "../parts/field";
import { Table } from "../parts/table";
import { Timeline, TimelineLegend } from "../parts/timeline";
import { beginOf, rangeOf, ranges, type Range } from "../ranges";
import { reasonName, reasons, type LiveRequest, type LoggedRequest } from "../requests";
import { linkTo, type Route } from "../route";
import { fetchUsage } from "../usage";
import { useData } from "../use_data";
import { useKeyNames } from "../use_key_names";
import { usePages } from "../use_pages";

const textFilters = ["id", "key_id", "profile", "model", "replica", "status"] as const;
const filters = [...textFilters, "reason"] as const;
const refreshMs = 1000;
type Filters = Record<(typeof filters)[number], string>;

export function Requests({ route }: { route: Route }) {
  const { api, say } = useConsole();
  const [follows, setFollows] = useState(true);
  const live = useData(
    async () => (await api.get<{ requests: LiveRequest[] }>("/live")).requests,
    [],
    follows ? refreshMs : 0,
  );
  const range = rangeOf(route.query.get("range"), "1d");
  const wanted = Object.fromEntries(
    filters.map((name) => [name, route.query.get(name) ?? ""]),
  ) as Filters;
  const search = JSON.stringify([range, wanted]);
  return (
    <>
      <h2>{say("requests")}</h2>
      <LiveTable live={live} follows={follows} onFollow={setFollows} />
      {route.id ? (
        <OneRequest key={route.id} id={route.id} live={live} />
      ) : (
        <>
          <Reasons range={range} />
          <SearchForm key={search} range={range} wanted={wanted} />
          <Found key={`found ${search}`} range={range} wanted={wanted} />
        </>
      )}
    </>
  );
}

function Reasons({ range }: { range: Range }) {
  const { api, say, formats } = useConsole();
  const usage = useData(
    () => fetchUsage(api, { group_by: "reason,status", from_ms: beginOf(range), limit: 100 }),
    [range],
  );
  if (!usage.value) return <Failure failure={usage.failure} />;
  const { groups, total } = usage.value;
  return (
    <section>
      <h3>{say("errorsByReason")}</h3>
      <Table
        label={say("errorsByReason")}
        columns={[say("dimension.reason"), say("dimension.status"), say("requests"), say("share")]}
        numeric={[2, 3]}
        rows={groups
          .filter(({ reason }) => reason)
          .map(({ reason, status, requests }) => ({
            key: `${reason} ${status}`,
            cells: [
              <a href={linkTo("requests", "", { range, reason, status })}>
                {reasonName(reason!, say)}
              </a>,
              status,
              formats.number(requests),
              formats.percent(requests, total.requests),
            ],
          }))}
      />
    </section>
  );
}

function SearchForm({ range: first, wanted }: { range: Range; wanted: Filters }) {
  const { say } = useConsole();
  const [range, setRange] = useState<string>(first);
  const [values, setValues] = useState(wanted);
  return (
    <form
      class="panel"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        location.hash = linkTo("requests", "", { range, ...values });
      }}
    >
      <h3>{say("search")}</h3>
      <div class="fields">
        <SelectField
          label={say("range")}
          value={range}
          options={ranges.map(([value, word]) => [value, say(word)] as const)}
          onChange={setRange}
        />
        {textFilters.map((name) => (
          <TextField
            key={name}
            label={say(`search.${name}`)}
            value={values[name]}
            onChange={(value) => setValues({ ...values, [name]: value.trim() })}
          />
        ))}
        <SelectField
          label={say("search.reason")}
          value={values.reason}
          options={[
            ["", say("any")],
            ...["any", ...reasons].map((reason) => [reason, reasonName(reason, say)] as const),
          ]}
          onChange={(reason) => setValues({ ...values, reason })}
        />
      </div>
      <button type="submit">{say("search")}</button>
    </form>
  );
}

interface Page {
  requests: LoggedRequest[];
  next: string | null;
}

function Found({ range, wanted }: { range: Range; wanted: Filters }) {
  const { api, say, formats } = useConsole();
  const nameOfKey = useKeyNames();
  const from_ms = beginOf(range);
  const data = usePages(async (cursor) => {
    const query = { ...wanted, from_ms, cursor };
    const { requests, next } = await api.get<Page>("/requests", query);
    return { items: requests, next };
  }, []);
  if (!data.value) return <Failure failure={data.failure} />;
  return (
    <section aria-label={say("found")}>
      <Failure failure={data.failure} />
      <TimelineLegend />
      <Table
        label={say("found")}
        columns={[
          say("started"),
          say("dimension.status"),
          say("dimension.reason"),
          say("dimension.key_id"),
          say("dimension.profile"),
          say("dimension.model"),
          say("completionTokens"),
          say("latency.whole"),
          say("timeline"),
        ]}
        numeric={[6, 7]}
        rows={data.value.map((request) => ({
          key: request.id,
          cells: [
            <a href={linkTo("requests", request.id)}>{formats.time(request.started)}</a>,
            request.status,
            reasonName(request.reason, say),
            <KeyLink id={request.key_id} name={nameOfKey(request.key_id)} />,
            request.profile,
            request.model,
            formats.number(request.completion_tokens),
            formats.milliseconds(request.duration_ms),
            <Timeline request={request} />,
          ],
        }))}
      />
      <More pages={data} />
    </section>
  );
}
