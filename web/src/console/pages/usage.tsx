// Usage as a pivot: rows by one to four of time and the dimensions, filters, the largest first, as a file.
import { addressOf } from "../admin_api";
import { useConsole } from "../context";
import { Failure } from "../parts/failure";
import { SelectField } from "../parts/field";
import { Table } from "../parts/table";
import { beginOf, rangeOf, ranges, stepMinutesOf } from "../ranges";
import { reasonName } from "../requests";
import { linkTo, type Route } from "../route";
import {
  dimensions,
  fetchUsage,
  type Dimension,
  type UsageGroup,
  type UsageReport,
} from "../usage";
import { useData } from "../use_data";
import { useKeyNames } from "../use_key_names";
import type { Say } from "../words";

// What rows may be by: minutes, hours or days too.
const rowKinds = ["time", ...dimensions] as const;
type RowKind = (typeof rowKinds)[number];

// One within the other, as the address names them; the first is always there.
const levels = ["by", "then", "third", "fourth"] as const;

const orders = ["requests", "errors", "prompt_tokens", "completion_tokens", "duration_ms"] as const;
const tops = ["10", "25", "100", "1000"];

// All that the page shows is in its address, so that it can be kept and passed on.
function pivotOf({ query }: Route) {
  const kinds = levels.map((level) => rowKinds.find((kind) => kind === query.get(level)));
  const [first = "profile", ...others] = kinds;
  const chosen = [first, ...others.filter((kind) => kind !== undefined)];
  const filters: Partial<Record<Dimension, string>> = {};
  for (const dimension of dimensions) {
    if (query.has(dimension)) filters[dimension] = query.get(dimension)!;
  }
  return {
    range: rangeOf(query.get("range"), "1d"),
    by: [...new Set(chosen)],
    order: orders.find((order) => order === query.get("order")) ?? "requests",
    top: tops.find((top) => top === query.get("top")) ?? "25",
    filters,
  };
}

export function Usage({ route }: { route: Route }) {
  const { api, say } = useConsole();
  const pivot = pivotOf(route);
  const { range, by, order, top, filters } = pivot;
  const change = (changed: Record<string, string | undefined>) => {
    location.hash = linkTo("usage", "", {
      range,
      ...Object.fromEntries(levels.map((level, i) => [level, by[i]])),
      order,
      top,
      ...filters,
      ...changed,
    });
  };
  const query = {
    ...filters,
    group_by: by.filter((kind) => kind !== "time").join(","),
    bucket_minutes: by.includes("time") ? stepMinutesOf(range) : undefined,
    order,
    limit: top,
  };
  const usage = useData(
    () => fetchUsage(api, { ...query, from_ms: beginOf(range) }),
    [JSON.stringify(pivot)],
  );
  const nameOfKey = useKeyNames();
  const textOf = (kind: string, value: string) =>
    kind === "key_id" ? nameOfKey(value) : kind === "reason" ? reasonName(value, say) : value;
  const rowWords = rowKinds.map((kind) => [kind, wordOf(kind, say)] as const);
  // What rows are by already would be no choice, and none that arrow keys come past.
  const rowWordsWithout = (taken: RowKind[]) => rowWords.filter(([kind]) => !taken.includes(kind));
  const addressAs = (format: string) =>
    addressOf("/usage", { ...query, from_ms: beginOf(range), format });
  return (
    <>
      <h2>{say("usage")}</h2>
      <div class="fields">
        {levels.slice(0, by.length + 1).map((level, i) => (
          <SelectField
            key={level}
            label={i < 2 ? say(i === 0 ? "rowsBy" : "thenBy") : say("thenByLevel", { n: i + 1 })}
            value={by[i] ?? ""}
            options={i === 0 ? rowWords : [["", say("none")], ...rowWordsWithout(by.slice(0, i))]}
            onChange={(kind) => change({ [level]: kind })}
          />
        ))}
        <SelectField
          label={say("range")}
          value={range}
          options={ranges.map(([value, word]) => [value, say(word)] as const)}
          onChange={(range) => change({ range })}
        />
        <SelectField
          label={say("order")}
          value={order}
          options={orders.map((name) => [name, say(`measure.${name}`)] as const)}
          onChange={(order) => change({ order })}
        />
        <SelectField
          label={say("top")}
          value={top}
          options={tops.map((n) => [n, n] as const)}
          onChange={(top) => change({ top })}
        />
      </div>
      <p class="row">
        {Object.entries(filters).map(([dimension, value]) => (
          <button type="button" key={dimension} onClick={() => change({ [dimension]: undefined })}>
            {say(`dimension.${dimension as Dimension}`)}: <bdi>{textOf(dimension, value)}</bdi> ✕{" "}
            <span class="unseen">{say("removeFilter")}</span>
          </button>
        ))}
        <a href={addressAs("csv")} download="usage.csv">
          CSV
        </a>
        <a href={addressAs("json")} download="usage.json">
          JSON
        </a>
      </p>
      <Failure failure={usage.failure} />
      {usage.value && <Rows by={by} report={usage.value} textOf={textOf} onFilter={change} />}
    </>
  );
}

const wordOf = (kind: RowKind, say: Say) =>
  kind === "time" ? say("when") : say(`dimension.${kind}`);

interface RowsProps {
  by: RowKind[];
  report: UsageReport;
  textOf(kind: string, value: string): string;
  onFilter(filter: Record<string, string>): void;
}

function Rows({ by, report, textOf, onFilter }: RowsProps) {
  const { say, formats } = useConsole();
  const measures = (group: Omit<UsageGroup, Dimension>) => [
    formats.number(group.requests),
    formats.percent(group.requests, report.total.requests),
    formats.number(group.errors),
    formats.number(group.prompt_tokens),
    formats.number(group.completion_tokens),
    formats.number(group.thinking_tokens),
    formats.number(group.truncated),
    formats.number(group.looped),
    formats.milliseconds(group.first_token.p50_ms),
    formats.milliseconds(group.whole.p50_ms),
    formats.milliseconds(group.whole.p95_ms),
  ];
  const columns = [
    ...by.map((kind) => wordOf(kind, say)),
    say("requests"),
    say("share"),
    say("errors"),
    say("promptTokens"),
    say("completionTokens"),
    say("thinkingTokens"),
    say("truncated"),
    say("looped"),
    `${say("latency.first_token")} P50`,
    `${say("latency.whole")} P50`,
    `${say("latency.whole")} P95`,
  ];
  const keyOf = (group: UsageGroup, kinds: RowKind[]) =>
    kinds.map((kind) => (kind === "time" ? group.begin_ms : group[kind])).join("\n");
  const cellOf = (group: UsageGroup, kind: RowKind) => {
    if (kind === "time") return formats.time(group.begin_ms ?? null);
    const value = group[kind]!;
    return <Value dimension={kind} value={value} text={textOf(kind, value)} onFilter={onFilter} />;
  };
  // The server has group after group, the largest first, and each one's times in their order.
  const groups = [...report.groups];
  if (by[0] === "time") groups.sort((a, b) => a.begin_ms! - b.begin_ms!);
  const rows = groups.map((group) => ({
    key: keyOf(group, by),
    cells: [...by.map((kind) => cellOf(group, kind)), ...measures(group)],
  }));
  const grouped = by.filter((kind) => kind !== "time");
  const nShown = new Set(groups.map((group) => keyOf(group, grouped))).size;
  const total = {
    key: "total\n\n\n\n", // more than any group's
    cells: [<b>{say("total")}</b>, ...by.slice(1).map(() => ""), ...measures(report.total)],
  };
  return (
    <>
      <Table
        label={say("usage")}
        columns={columns}
        rows={[...rows, total]}
        numeric={columns.map((_, i) => i).slice(by.length)}
      />
      {report.n_groups > nShown && (
        <p class="hint">{say("moreGroups", { n: report.n_groups - nShown })}</p>
      )}
    </>
  );
}

// What is empty can be no part of this page's address, and filters by nothing.
function Value({
  dimension,
  value,
  text,
  onFilter,
}: {
  dimension: Dimension;
  value: string;
  text: string;
  onFilter: RowsProps["onFilter"];
}) {
  const { say } = useConsole();
  if (!value) return <span class="hint">{say("none")}</span>;
  return (
    <button
      type="button"
      class="link"
      title={text === value ? say("onlyThis") : `${say("onlyThis")} (${value})`}
      onClick={() => onFilter({ [dimension]: value })}
    >
      {text}
    </button>
  );
}
