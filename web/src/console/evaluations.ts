// Sets of problems, evaluations and gates as the admin API has them (docs/admin.md, docs/eval.md).
import type { AdminApi, Query } from "./admin_api";
import type { JobStatus } from "./jobs";
import type { Piece } from "./use_pages";

export interface ProblemSet {
  id: string;
  name: string;
  problems: number;
  created_by: string;
  created: string;
}

export interface Evaluation {
  id: string;
  profile: string;
  version: number;
  set: string;
  samples: number;
  settings: Record<string, unknown>;
  imported: boolean;
  asked_by: string;
  status: JobStatus;
  cancel_asked: boolean;
  created: string;
  started: string | null;
  ended: string | null;
  done: number; // samples
  right: number; // of these
  all: number; // 0: not known yet
  error: string | null;
}

type Outcome = "right" | "wrong" | "no_answer" | "truncated" | "looped";

export interface Spread {
  mean: number;
  median: number;
  p95: number;
}

// What the console shows of a report (docs/eval.md).
export interface Report {
  settings: Record<string, unknown>;
  figures: {
    pass_at_1: number;
    pass_at_1_interval_95: [number, number];
    pass_at: { k: number; share: number }[];
    cons_at: { k: number; share: number }[];
    outcomes: Record<Outcome, number>;
    tokens: Spread;
    seconds: Spread;
  };
  problems: { id: string; n: number; right: number; gold?: string }[];
}

export interface Comparison {
  settings: string; // what differs in how the two were asked
  pass_at_1: [number, number];
  tokens_mean: [number, number];
  seconds_mean: [number, number];
  difference: number;
  difference_interval_95: [number, number];
  p: number;
  better: number;
  worse: number;
  regression: boolean;
  changes: { id: string; a: { right: number; n: number }; b: { right: number; n: number } }[];
}

export interface Verdict {
  is_open: boolean;
  reason: string | null;
  production: number | null;
  evaluation: string | null;
  production_evaluation: string | null;
}

export interface GateState {
  gate: { set: string; tolerance: number } | null;
  verdict: Verdict | null; // null: there is no gate
}

export const profileOf = ({ profile, version }: Evaluation) =>
  version ? `${profile}@${version}` : profile;

// What was chosen of them, or the first where that has been removed.
export const setAmong = (sets: ProblemSet[], chosen: string) =>
  (sets.find(({ id }) => id === chosen) ?? sets[0]!).id;

export async function fetchSets(api: AdminApi): Promise<ProblemSet[]> {
  return (await api.get<{ sets: ProblemSet[] }>("/problem-sets")).sets;
}

// A piece of those that `filter` leaves, the newest first.
export async function fetchEvaluations(
  api: AdminApi,
  filter: Query,
  after: string,
): Promise<Piece<Evaluation>> {
  const { evaluations, next } = await api.get<{ evaluations: Evaluation[]; next: string | null }>(
    "/evaluations",
    { ...filter, after },
  );
  return { items: evaluations, next };
}
