// Two evaluations of the same problems beside each other.
import { useConsole } from "../context";
import {
  profileOf,
  settingName,
  settingsThatDiffer,
  settingText,
  type Comparison,
  type Evaluation,
} from "../evaluations";
import { useData } from "../use_data";
import { Failure } from "./failure";
import { Table } from "./table";

interface Props {
  before: string; // ids
  after: string;
}

export function ComparisonView({ before, after }: Props) {
  const { api, say, formats } = useConsole();
  const data = useData(
    () =>
      Promise.all([
        api.get<Comparison>("/evaluations/compare", { a: before, b: after }),
        api.get<Evaluation>(`/evaluations/${encodeURIComponent(before)}`),
        api.get<Evaluation>(`/evaluations/${encodeURIComponent(after)}`),
      ]),
    [before, after],
  );
  if (!data.value) return <Failure failure={data.failure} />;
  const [comparison, a, b] = data.value;
  const columns = ["", profileOf(a) || a.id, profileOf(b) || b.id];
  const differing = settingsThatDiffer(a.settings, b.settings);
  const share = (value: number) => formats.percent(value, 1);
  const signed = (value: number) => `${value > 0 ? "+" : ""}${share(value)}`;
  // The interval is of a normal distribution, which knows no ends; a difference of shares has them.
  const [low, high] = comparison.difference_interval_95.map((end) =>
    Math.min(Math.max(end, -1), 1),
  ) as [number, number];
  const rows: [string, string, string][] = [
    ["pass@1", share(comparison.pass_at_1[0]), share(comparison.pass_at_1[1])],
    [
      say("tokensEach"),
      formats.number(comparison.tokens_mean[0]),
      formats.number(comparison.tokens_mean[1]),
    ],
    [
      say("latency.answer"),
      formats.milliseconds(comparison.seconds_mean[0] * 1000),
      formats.milliseconds(comparison.seconds_mean[1] * 1000),
    ],
  ];
  return (
    <>
      <p role="status" class={comparison.regression ? "failure" : "good"}>
        {say(comparison.regression ? "regression" : "noRegression")}
      </p>
      <Table
        label={say("compare")}
        columns={columns}
        numeric={[1, 2]}
        rows={rows.map((cells) => ({ key: cells[0], cells }))}
      />
      <p>
        {signed(comparison.difference)} (95 %: {signed(low)} - {signed(high)}), p{" "}
        {comparison.p.toFixed(4)};{" "}
        {say("betterWorse", { better: comparison.better, worse: comparison.worse })}
      </p>
      {differing.length > 0 && (
        <Table
          label={say("settings")}
          columns={columns}
          rows={differing.map((name) => ({
            key: name,
            cells: [
              settingName(name, say),
              settingText(a.settings[name], say),
              settingText(b.settings[name], say),
            ],
          }))}
        />
      )}
      {comparison.changes.length > 0 && (
        <Table
          label={say("changes")}
          columns={["ID", ...columns.slice(1)]}
          numeric={[1, 2]}
          rows={comparison.changes.map(({ id, a, b }) => ({
            key: id,
            cells: [id, `${a.right} / ${a.n}`, `${b.right} / ${b.n}`],
          }))}
        />
      )}
    </>
  );
}
