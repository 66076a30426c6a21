// Sets of problems, evaluations and gates as the admin API has them (docs/admin.md, docs/eval.md).
import type { AdminApi, Query } from "./admin_api";
import type { JobStatus } from "./jobs";
import type { Piece } from "./use_pages";
import type { Say, Word } from "./words";

export type Settings = Record<string, unknown>; // how a model was asked (docs/eval.md)

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
  settings: Settings;
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
  settings: Settings;
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

const settingWords = new Map<string, Word>([
  ["model", "model"],
  ["profile", "profile"],
  ["language", "language"],
  ["system", "setting.system"],
  ["suffix", "setting.suffix"],
  ["strategy", "setting.strategy"],
  ["votes", "setting.votes"],
  ["temperature", "setting.temperature"],
  ["max_tokens", "setting.max_tokens"],
  ["deadline_ms", "key.deadline_ms"],
  ["loop_guard", "setting.loop_guard"],
  ["seed", "setting.seed"],
  ["system_fingerprint", "setting.system_fingerprint"],
]);

// What a newer server names, and the page does not know, stays as it is.
export function settingName(name: string, say: Say): string {
  const word = settingWords.get(name);
  return word ? say(word) : name;
}

export function settingText(value: unknown, say: Say): string {
  if (value === undefined) return "-";
  if (typeof value === "boolean") return say(value ? "on" : "off");
  return typeof value === "string" ? value : JSON.stringify(value);
}

// The names of those that are not the same. What computes is compared where both tell it.
export function settingsThatDiffer(a: Settings, b: Settings): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.filter((name) => {
    if (name === "system_fingerprint" && !(a[name] && b[name])) return false;
    return JSON.stringify(a[name]) !== JSON.stringify(b[name]);
  });
}

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
