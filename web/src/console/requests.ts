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
  "unknown",
] as const;

// Also of "any", which asks for all of them.
export const reasonName = (reason: string, say: Say) =>
  reason && say(`reason.${reason}` as `reason.${(typeof reasons)[number]}`);

export const phases = ["queue", "prefill", "thinking", "answer"] as const;
export type Phase = (typeof phases)[number];

// How long each lasted. What failed before its first byte has waited or been prefilled only.
export function phasesOf(request: LoggedRequest): Record<Phase, number> {
  const { queue_ms, first_token_ms, answer_ms, duration_ms, thinking_tokens } = request;
  const first = first_token_ms || duration_ms;
  // Of an answer that is not streamed all comes at once: nobody knows when its thinking ended.
  const answer = Math.max(answer_ms || (thinking_tokens > 0 ? duration_ms : first), first);
  return {
    queue: queue_ms,
    prefill: Math.max(first - queue_ms, 0),
    thinking: answer - first,
    answer: Math.max(duration_ms - answer, 0),
  };
}
