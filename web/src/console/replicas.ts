// The replicas of the pool, as the admin API tells of them (docs/admin.md).
import type { AdminApi } from "./admin_api";

type State =
  | "starting"
  | "unresolved"
  | "warming"
  | "ready"
  | "silent"
  | "not_ready"
  | "down"
  | "hung"
  | "draining"
  | "restarting"
  | "leaving";

export interface Replica {
  id: string;
  name: string;
  kind: "worker" | "remote";
  address: string;
  state: State;
  draining: boolean;
  breaker: "closed" | "open" | "half_open";
  models: string[];
  in_flight: number;
  reserved_tokens: number;
  waiting: number;
  kv_usage?: number; // of Lemma workers, 0 to 1
  cpu_usage?: number;
  restarts?: number; // of workers on this machine
  origin: "command_line" | "store";
}

export async function fetchReplicas(api: AdminApi): Promise<Replica[]> {
  return (await api.get<{ replicas: Replica[] }>("/replicas")).replicas;
}
