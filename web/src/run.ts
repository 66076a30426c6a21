// One run of a task: what the server's events have said so far. Plain data, kept in the history.
import type { ApiError } from "./api";

export interface Check {
  verdict: string;
  passed: number;
  total: number;
  verdicts: { test: string; verdict: string }[];
  failed?: { test: string; verdict: string; message: string };
}

export interface Sample {
  thinking: string;
  text: string;
  answer: string | null; // the final one, as the server found it
  state: "running" | "ended" | "cancelled" | "weak";
  finish: string;
  tokens: number;
  repairOf: number | null; // the sample whose program this one mends
  check: Check | null;
}

export interface Vote {
  answer: string;
  count: number;
  samples: number[];
}

export interface Failure {
  kind: ApiError["kind"];
  detail: string;
  retryAfterSeconds: number | null;
}

export interface Run {
  requestId: string;
  jobId?: string; // of the server's job that does it, which goes on without this page
  isSolve: boolean; // its events are those of /v1/solve
  isLost?: boolean; // the connection to its job, for now
  waitsFor?: Failure | null; // what the server could not begin it for; it tries again by itself
  state: "running" | "done" | "stopped" | "failed" | "interrupted";
  startedMs: number; // of the epoch
  thinkingMs: number; // until the answer began; 0: it has not
  wholeMs: number; // 0: it runs
  profile: string;
  isOffDomain: boolean;
  closedBy: string; // what ended the thinking, where it was not the model; "": nothing
  promptTokens: number;
  completionTokens: number;
  samples: Sample[];
  votes: Vote[];
  winner: number | null; // the sample whose solution is the answer
  stopped: string; // why a solve ended
  agreement: number | null; // the answer's share of the votes
  tokensSaved: number;
  failure: Failure | null;
}

export function failureOf({ kind, detail, retryAfterSeconds }: ApiError): Failure {
  return { kind, detail, retryAfterSeconds };
}

export function newRun(requestId: string, nowMs: number): Run {
  return {
    requestId,
    isSolve: false,
    state: "running",
    startedMs: nowMs,
    thinkingMs: 0,
    wholeMs: 0,
    profile: "",
    isOffDomain: false,
    closedBy: "",
    promptTokens: 0,
    completionTokens: 0,
    samples: [],
    votes: [],
    winner: null,
    stopped: "",
    agreement: null,
    tokensSaved: 0,
    failure: null,
  };
}

function newSample(): Sample {
  return {
    thinking: "",
    text: "",
    answer: null,
    state: "running",
    finish: "",
    tokens: 0,
    repairOf: null,
    check: null,
  };
}

// What was said counts for nothing: it is said again.
export function beginAgain(run: Run): void {
  const { requestId, startedMs, jobId, isSolve } = run;
  Object.assign(run, newRun(requestId, startedMs), { jobId, isSolve });
}

export function applyHeaders(run: Run, headers: Headers): void {
  run.profile = headers.get("x-lemma-profile") ?? "";
  run.isOffDomain = headers.get("x-lemma-off-domain") === "refused";
}

type Event = Record<string, any>;

// An event of /v1/chat/completions.
export function applyChunk(run: Run, chunk: Event, nowMs: number): void {
  const sample = sampleOf(run, 0);
  if (chunk.usage) {
    run.promptTokens = chunk.usage.prompt_tokens;
    sample.tokens = run.completionTokens = chunk.usage.completion_tokens;
  }
  const choice = chunk.choices?.[0];
  if (!choice) return;
  sample.thinking += choice.delta?.reasoning ?? choice.delta?.reasoning_content ?? "";
  const text: string = choice.delta?.content ?? "";
  if (text && !sample.text) run.thinkingMs = nowMs - run.startedMs;
  sample.text += text;
  if (choice.lemma?.thinking_closed) run.closedBy = choice.lemma.thinking_closed;
  if (!choice.finish_reason) return;
  sample.finish = choice.finish_reason;
  sample.state = "ended";
}

// An event of /v1/solve.
export function applySolveEvent(run: Run, event: Event, nowMs: number): void {
  const sample = event.sample === undefined ? null : sampleOf(run, event.sample);
  switch (event.type) {
    case "start":
      run.profile = event.profile;
      sampleOf(run, event.samples - 1);
      break;
    case "delta":
      sample!.thinking += event.reasoning ?? "";
      if (event.text && run.thinkingMs === 0) run.thinkingMs = nowMs - run.startedMs;
      sample!.text += event.text ?? "";
      run.completionTokens += 1; // nearly, until the result says it
      break;
    case "sample":
      Object.assign(sample!, {
        answer: event.answer,
        finish: event.finish_reason,
        tokens: event.completion_tokens,
        state: "ended",
      });
      run.closedBy ||= event.thinking_closed ?? "";
      break;
    case "vote":
      run.votes = event.votes;
      break;
    case "check":
      sample!.check = event as unknown as Check;
      break;
    case "weak":
      sample!.state = "weak";
      break;
    case "repair":
      sample!.repairOf = event.of;
      break;
    case "result":
      applyResult(run, event);
  }
}

function sampleOf(run: Run, index: number): Sample {
  while (run.samples.length <= index) run.samples.push(newSample());
  return run.samples[index]!;
}

function applyResult(run: Run, result: Event): void {
  run.votes = result.votes;
  run.stopped = result.stopped;
  run.isOffDomain = result.stopped === "off_domain";
  run.agreement = result.votes.length > 0 ? result.agreement : null;
  run.tokensSaved = result.tokens_saved;
  run.promptTokens = result.usage.prompt_tokens;
  run.completionTokens = result.usage.completion_tokens;
  run.samples.splice(result.samples.length); // those that never began are gone
  for (const told of result.samples) {
    const { state, answer, completion_tokens } = told;
    Object.assign(sampleOf(run, told.index), { state, answer, tokens: completion_tokens });
  }
  if (!result.solution) return;
  // Its events need not have said all of it: a job's are kept only so far.
  const { solution: text, reasoning: thinking } = result;
  run.winner = result.solution_sample as number;
  Object.assign(sampleOf(run, run.winner), { text, thinking });
}

// Ends a run that was told nothing more.
export function endRun(run: Run, state: Run["state"], nowMs: number): void {
  run.state = state;
  run.isLost = false;
  run.wholeMs = nowMs - run.startedMs;
  run.thinkingMs = Math.min(run.thinkingMs, run.wholeMs); // it may have been read long after
  for (const sample of run.samples) {
    if (sample.state === "running") sample.state = "cancelled";
  }
}

// The sample to show as the answer, while there is none that has won: the first that says something.
export function shownSample(run: Run): Sample | null {
  if (run.winner !== null) return run.samples[run.winner] ?? null;
  return run.samples.find(({ text }) => text !== "") ?? run.samples[0] ?? null;
}
