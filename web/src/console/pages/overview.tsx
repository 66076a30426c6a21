// How the service does, now and over the last minutes to weeks.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { Chart } from "../parts/chart";
import { Failure } from "../parts/failure";
import { SelectField } from "../parts/field";
import { Table } from "../parts/table";
import { fetchLoad, shares, type LoadBucket } from "../load";
import { bucketMinutesOf, bucketsOf, rangeOf, ranges, type Range } from "../ranges";
import { fetchReplicas } from "../replicas";
import { linkTo, type Route } from "../route";
import { fetchUsage, latencies, type Latency, type UsageReport, type UsageSums } from "../usage";
import { useData } from "../use_data";

const refreshMs = 10_000;
const secondsMin = 10;
const gpuAgeMsMax = 120_000;

export function Overview({ route }: { route: Route }) {
  const { api, say, formats } = useConsole();
  const [latency, setLatency] = useState<Latency>("first_token");
  const range = rangeOf(route.query.get("range"), "1h");
  const usage = useData(
    async () => {
      const buckets = bucketsOf(range);
      const report = await fetchUsage(api, queryOf(range, buckets));
      return { range, buckets, report, at: Date.now() };
    },
    [range],
    refreshMs,
  );
  const load = useData(
    async () => {
      const buckets = bucketsOf(range);
      return { buckets, load: await fetchLoad(api, queryOf(range, buckets)) };
    },
    [range],
    refreshMs,
  );
  const shown = usage.value;
  const total = shown?.report.total;
  const seconds = shown ? (Date.now() - shown.buckets[0]!) / 1000 : 1;
  return (
    <>
      <h2>{say("overview")}</h2>
      <Now />
      <div class="row">
        <SelectField
          label={say("range")}
          value={range}
          options={ranges.map(([value, word]) => [value, say(word)] as const)}
          onChange={(value) => (location.hash = linkTo("overview", "", { range: value }))}
        />
      </div>
      <Failure failure={usage.failure} />
      {shown && total && (
        <>
          <dl class="tiles">
            <Tile label={say("requests")} text={formats.number(total.requests)} />
            <Tile label={say("perSecond")} text={formats.number(total.requests / seconds)} />
            <Tile
              label={say("success")}
              text={formats.percent(total.requests - total.errors, total.requests) || "-"}
            />
            <Tile
              label={say("tokensPerSecond")}
              text={formats.number(total.completion_tokens / seconds)}
            />
          </dl>
          <Latencies total={total} />
          <Charts {...shown} latency={latency} onLatency={setLatency} />
        </>
      )}
      <Failure failure={load.failure} />
      {load.value && <LoadCharts {...load.value} />}
    </>
  );
}

const queryOf = (range: Range, buckets: number[]) => ({
  from_ms: buckets[0],
  bucket_minutes: bucketMinutesOf(range),
});

function Tile({ label, text, href }: { label: string; text: string; href?: string }) {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd>{href ? <a href={href}>{text}</a> : text}</dd>
    </div>
  );
}

interface Health {
  status: string;
  database: string;
  replicas_ready: number;
  models: string[];
  alerts_firing: number | null; // null: the database does not tell
}

function Now() {
  const { api, say, formats, may } = useConsole();
  const now = useData(
    async () => {
      const [health, replicas, live] = await Promise.all([
        api.get<Health>("/health"),
        fetchReplicas(api),
        api.get<{ requests: { state: string }[] }>("/live"),
      ]);
      return { health, replicas, live: live.requests };
    },
    [],
    refreshMs,
  );
  if (!now.value) return <Failure failure={now.failure} />;
  const { health, replicas, live } = now.value;
  const n_waiting = live.filter(({ state }) => state === "queued").length;
  // One that is full makes its requests wait, whatever others have left.
  const highest = (name: "kv_usage" | "cpu_usage") => {
    const told = replicas.flatMap((replica) => replica[name] ?? []);
    return told.length > 0 ? formats.percent(Math.max(...told), 1) : "-";
  };
  return (
    <section aria-label={say("now")}>
      <Failure failure={now.failure} />
      <dl class="tiles">
        <Tile
          label={say("running")}
          text={formats.number(live.length - n_waiting)}
          href={linkTo("requests")}
        />
        <Tile label={say("waiting")} text={formats.number(n_waiting)} href={linkTo("requests")} />
        <Tile
          label={say("replicasReady")}
          text={formats.number(health.replicas_ready)}
          href={linkTo("replicas")}
        />
        <Tile label={say("kvUseHighest")} text={highest("kv_usage")} href={linkTo("replicas")} />
        <Tile label={say("cpuUseHighest")} text={highest("cpu_usage")} href={linkTo("replicas")} />
        <GpuTile />
        <Tile label={say("models")} text={health.models.join(", ") || "-"} />
        <Tile label={say("database")} text={health.database} />
        <Tile
          label={say("alertsFiring")}
          text={health.alerts_firing === null ? "-" : formats.number(health.alerts_firing)}
          href={may("admin") ? linkTo("alerts") : undefined}
        />
      </dl>
    </section>
  );
}

// Of the GPUs beside the gateway, where there are any: the last look at them.
function GpuTile() {
  const { api, say, formats } = useConsole();
  const load = useData(
    () => fetchLoad(api, { from_ms: Date.now() - gpuAgeMsMax, bucket_minutes: 1 }),
    [],
    refreshMs,
  );
  const use = load.value?.at(-1)?.gpu_usage;
  return use === undefined ? null : (
    <Tile label={say("gpuUseHighest")} text={formats.percent(use, 1)} />
  );
}

function Latencies({ total }: { total: UsageSums }) {
  const { say, formats } = useConsole();
  return (
    <Table
      label={say("latency")}
      columns={[say("latency"), "P50", "P95", "P99"]}
      numeric={[1, 2, 3]}
      rows={latencies.map((name) => {
        const { p50_ms, p95_ms, p99_ms } = total[name];
        return {
          key: name,
          cells: [
            say(`latency.${name}`),
            ...[p50_ms, p95_ms, p99_ms].map((ms) => formats.milliseconds(ms) || "-"),
          ],
        };
      })}
    />
  );
}

interface ChartsProps {
  range: Range;
  buckets: number[];
  report: UsageReport;
  at: number; // when it was told
  latency: Latency;
  onLatency(latency: Latency): void;
}

function Charts({ range, buckets, report, at, latency, onLatency }: ChartsProps) {
  const { say } = useConsole();
  const byBegin = new Map(report.groups.map((group) => [group.begin_ms, group]));
  // The one that runs has had less time than the others; of its first seconds nothing is known yet.
  const secondsOf = (begin: number) =>
    Math.min(bucketMinutesOf(range) * 60, Math.max((at - begin) / 1000, secondsMin));
  const perSecond = (name: "requests" | "errors" | "completion_tokens" | "thinking_tokens") =>
    buckets.map((begin) => (byBegin.get(begin)?.[name] ?? 0) / secondsOf(begin));
  const milliseconds = (percent: "p50_ms" | "p95_ms" | "p99_ms") =>
    buckets.map((begin) => byBegin.get(begin)?.[latency][percent] ?? null);
  return (
    <>
      <Chart
        title={say("requestsPerSecond")}
        times={buckets}
        lines={[
          { label: say("requests"), values: perSecond("requests") },
          { label: say("errors"), values: perSecond("errors") },
        ]}
      />
      <div class="row">
        <SelectField
          label={say("latency")}
          value={latency}
          options={latencies.map((name) => [name, say(`latency.${name}`)] as const)}
          onChange={(value) => onLatency(value as Latency)}
        />
      </div>
      <Chart
        title={say(`latency.${latency}`)}
        times={buckets}
        unit=" ms"
        lines={[
          { label: "P50", values: milliseconds("p50_ms") },
          { label: "P95", values: milliseconds("p95_ms") },
          { label: "P99", values: milliseconds("p99_ms") },
        ]}
      />
      <Chart
        title={say("tokensPerSecond")}
        times={buckets}
        lines={[
          { label: say("completionTokens"), values: perSecond("completion_tokens") },
          { label: say("thinkingTokens"), values: perSecond("thinking_tokens") },
        ]}
      />
    </>
  );
}

// How full the service was; where it did not run there is nothing to draw.
function LoadCharts({ buckets, load }: { buckets: number[]; load: LoadBucket[] }) {
  const { say } = useConsole();
  const byBegin = new Map(load.map((bucket) => [bucket.begin_ms, bucket]));
  const valuesOf = (name: Exclude<keyof LoadBucket, "begin_ms">, factor = 1) =>
    buckets.map((begin) => {
      const value = byBegin.get(begin)?.[name];
      return value === undefined ? null : value * factor;
    });
  const told = shares.filter((name) => load.some((bucket) => bucket[name] !== undefined));
  return (
    <>
      <Chart
        title={say("runningAndWaiting")}
        times={buckets}
        lines={[
          { label: say("running"), values: valuesOf("running") },
          { label: say("waiting"), values: valuesOf("waiting") },
        ]}
      />
      {told.length > 0 && (
        <Chart
          title={say("useHighest")}
          times={buckets}
          unit=" %"
          lines={told.map((name) => ({ label: say(`share.${name}`), values: valuesOf(name, 100) }))}
        />
      )}
      <Chart
        title={say("replicasReadyFewest")}
        times={buckets}
        lines={[{ label: say("replicasReady"), values: valuesOf("replicas_ready") }]}
      />
    </>
  );
}
