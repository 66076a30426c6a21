// What GET /usage answers (docs/usage.md).
import type { AdminApi, Query } from "./admin_api";

export const latencies = ["queue", "first_token", "per_token", "whole", "answer"] as const;
export type Latency = (typeof latencies)[number];

export const dimensions = [
  "key_id",
  "profile",
  "profile_version",
  "task",
  "model",
  "replica",
  "status",
  "reason",
] as const;
export type Dimension = (typeof dimensions)[number];

interface Percentiles {
  count: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

export type UsageSums = Record<Latency, Percentiles> & {
  requests: number;
  errors: number;
  prompt_tokens: number;
  completion_tokens: number;
  thinking_tokens: number;
  truncated: number;
  looped: number;
  duration_ms: number;
};

export type UsageGroup = UsageSums & Partial<Record<Dimension, string>> & { begin_ms?: number };

export interface UsageReport {
  total: UsageSums;
  n_groups: number;
  groups: UsageGroup[];
}

export const fetchUsage = (api: AdminApi, query: Query) => api.get<UsageReport>("/usage", query);
