// Alert rules as the admin API has them (docs/usage.md).
import type { Formats } from "./formats";
import { dimensions, latencies, type Dimension } from "./usage";
import type { Say } from "./words";

export interface AlertSpec {
  name: string;
  metric: string;
  comparison: "above" | "below";
  threshold: number;
  window_minutes: number;
  for_minutes: number;
  filters: Partial<Record<Dimension, string[]>>;
  webhook_url: string;
}

export interface AlertRule extends AlertSpec {
  id: string;
  state: "inactive" | "pending" | "firing" | "resolved";
  since: string | null;
  value: number | null;
  delivery_error: string;
}

const sums = [
  "requests",
  "errors",
  "prompt_tokens",
  "completion_tokens",
  "thinking_tokens",
  "truncated",
  "looped",
] as const;
const rates = ["error_rate", "truncated_rate", "looped_rate"] as const;
const percents = ["p50", "p95", "p99"] as const;
const counts = [...rates, ...sums];
const percentiles = latencies.flatMap((latency) =>
  percents.map((percent) => ({ latency, percent, name: `${latency}_${percent}` })),
);
export const metrics = [...rates, ...percentiles.map(({ name }) => name), ...sums];

// "whole_p95" -> "Whole P95".
export function metricWord(metric: string, say: Say): string {
  const percentile = percentiles.find(({ name }) => name === metric);
  if (percentile) {
    return `${say(`latency.${percentile.latency}`)} ${percentile.percent.toUpperCase()}`;
  }
  const count = counts.find((name) => name === metric);
  return count ? say(`metric.${count}`) : metric;
}

// 0.05 of a rate -> "5%", 1500 of a latency -> "1,500 ms".
export function metricText(metric: string, value: number, formats: Formats): string {
  if (rates.some((name) => name === metric)) return formats.percent(value, 1);
  const isLatency = percentiles.some(({ name }) => name === metric);
  return isLatency ? formats.milliseconds(value) : formats.number(value);
}

export const emptyAlert: AlertSpec = {
  name: "",
  metric: "error_rate",
  comparison: "above",
  threshold: 0.05,
  window_minutes: 5,
  for_minutes: 0,
  filters: {},
  webhook_url: "",
};

// "task=math,proof model=m" and back. What names no dimension is for the server to refuse.
export function filtersText(filters: AlertSpec["filters"]): string {
  return dimensions
    .filter((dimension) => filters[dimension])
    .map((dimension) => `${dimension}=${filters[dimension]!.join(",")}`)
    .join(" ");
}

export function filtersOf(text: string): Record<string, string[]> {
  const pairs = text.split(/\s+/).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", values = ""] = pair.split("=", 2);
      return [name, values.split(",")];
    }),
  );
}
