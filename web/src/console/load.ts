// What GET /load answers (docs/admin.md).
import type { AdminApi, Query } from "./admin_api";

export const shares = ["kv_usage", "cpu_usage", "gpu_usage"] as const;

export type LoadBucket = {
  begin_ms: number;
  running: number;
  waiting: number;
  replicas_ready: number;
} & Partial<Record<(typeof shares)[number], number>>; // 0 to 1, where anybody has told it

export async function fetchLoad(api: AdminApi, query: Query): Promise<LoadBucket[]> {
  return (await api.get<{ buckets: LoadBucket[] }>("/load", query)).buckets;
}
