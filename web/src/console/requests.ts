// Requests as the admin API has them (docs/usage.md): those that run, and those of the log.
import type { Say } from "./words";

export interface LiveRequest {
  id: string;
  key_id: string;
  profile: string;
  model: string;
  replica: string;
  age_ms: number;
  state: "queued" | "prefill" | "thinking" | "answer";
  tokens: number;
  cancelled: boolean;
}

export interface LoggedRequest {
  id: string;
  started: string;
  key_id: string;
  profile: string;
  profile_version: string;
  task: string;
  model: string;
  replica: string;
  status: number;
  finish_reason: string;
  reason: string; // "": there was a good answer
  queue_ms: number;
  first_token_ms: number; // these two from the arrival; 0: there was none
  answer_ms: number;
  per_token_us: number;
  duration_ms: number;
  prompt_tokens: number;
  completion_tokens: number;
  thinking_tokens: number;
  looped: boolean;
}

export interface KeptRequest extends LoggedRequest {
  prompt: string | null; // null: not kept
  answer: string | null;
}

// Why there was no good answer.
export const reasons = [
  "bad_request",
  "unauthenticated",
  "not_allowed",
  "not_found",
  "rate_limit",
  "unavailable",
  "deadline",
  "failed",
  "client_left",
  "cancelled",
  "revoked",
  "unknown",
] as const;

// Also of "any", which asks for all of them.
export const reasonName = (reason: string, say: Say) =>
  reason && say(`reason.${reason}` as `reason.${(typeof reasons)[number]}`);

// Why the model ended. What other servers say besides stays as it is.
export const finishName = (finish: string, say: Say) =>
  finish === "stop" || finish === "length" ? say(`finish.${finish}`) : finish;

export const phases = ["queue", "prefill", "thinking", "answer"] as const;
export type Phase = (typeof phases)[number];

// How long each lasted. What failed before its first token has waited or been prefilled only.
export function phasesOf(request: LoggedRequest): Record<Phase, number> {
  const { queue_ms, answer_ms, duration_ms, completion_tokens, thinking_tokens } = request;
  const first = request.first_token_ms || duration_ms;
  const isWhole = duration_ms - first <= 1; // not streamed, or all of it at once
  const earliest = isWhole ? queue_ms : first;
  const latest = answer_ms || duration_ms;
  // A stream's first byte may be a ping or an empty chunk, and a whole answer's is its last one: when the first
  // token was made, the time for each of them tells. Not known, all is output.
  const tokenMs = request.per_token_us > 0 ? request.per_token_us / 1000 : Infinity;
  const outputMs = completion_tokens > 0 ? completion_tokens * tokenMs : 0;
  const begun = Math.max(Math.min(Math.round(duration_ms - outputMs), latest), earliest);
  // Of a whole answer the tokens say how the output's time was shared.
  const share = Math.min(thinking_tokens / completion_tokens, 1);
  const untilAnswer = isWhole ? Math.round((duration_ms - begun) * share) : latest - begun;
  const thinking = thinking_tokens > 0 ? untilAnswer : 0;
  return {
    queue: queue_ms,
    prefill: Math.max(begun - queue_ms, 0),
    thinking,
    answer: Math.max(duration_ms - begun - thinking, 0),
  };
}
