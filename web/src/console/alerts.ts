// Alert rules as the admin API has them (docs/usage.md).
import { dimensions, type Dimension } from "./usage";

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
];
const rates = ["error_rate", "truncated_rate", "looped_rate"];
const percentiles = ["queue", "first_token", "per_token", "answer", "whole"].flatMap((latency) =>
  ["p50", "p95", "p99"].map((percent) => `${latency}_${percent}`),
);
export const metrics = [...rates, ...percentiles, ...sums];

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
