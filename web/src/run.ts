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
  beganMs: number; // when it first said something, of the epoch; 0: it has not
  thinkingMs: number; // from there to its answer; 0: it has none yet, or nobody knows
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
  isAsking?: boolean; // for that job: whether it is there is not known yet
  isSolve: boolean; // its events are those of /v1/solve
  isLost?: boolean; // the connection to its job, for now
  isReplayed?: boolean; // its events came late: when they were said, nobody knows
  isTruncated?: boolean; // the server keeps no more of its events: the rest comes with the result
  waitsFor?: Failure | null; // what the server could not begin it for; it tries again by itself
  state: "running" | "done" | "stopped" | "failed" | "interrupted";
  startedMs: number; // of the epoch
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
    beganMs: 0,
    thinkingMs: 0,
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
  const { requestId, startedMs, jobId, isSolve, isReplayed } = run;
  const afresh = { ...newRun(requestId, startedMs), isTruncated: false, waitsFor: null };
  Object.assign(run, afresh, { jobId, isSolve, isReplayed });
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
  const thinking = choice.delta?.reasoning ?? choice.delta?.reasoning_content ?? "";
  say(run, sample, thinking, choice.delta?.content ?? "", nowMs);
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
      say(run, sample!, event.reasoning ?? "", event.text ?? "", nowMs);
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
    case "truncated":
      run.isTruncated = true;
      break;
    case "result":
      applyResult(run, event);
  }
}

function say(run: Run, sample: Sample, thinking: string, text: string, nowMs: number): void {
  if (thinking || text) sample.beganMs ||= nowMs;
  if (text && !sample.text && sample.thinking) stopClock(run, sample, nowMs);
  sample.thinking += thinking;
  sample.text += text;
}

function stopClock({ isReplayed }: Run, sample: Sample, nowMs: number): void {
  if (!isReplayed) sample.thinkingMs = nowMs - sample.beganMs;
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
  const { solution: text, reasoning: thinking, verified } = result;
  run.winner = result.solution_sample as number;
  const winner = sampleOf(run, run.winner);
  Object.assign(winner, { text, thinking });
  if (verified?.by === "tests") winner.check = verified as Check;
}

// Ends a run that was told nothing more.
export function endRun(run: Run, state: Run["state"], nowMs: number): void {
  run.state = state;
  run.isLost = false;
  run.wholeMs = nowMs - run.startedMs;
  for (const sample of run.samples) {
    if (sample.thinking && !sample.text) stopClock(run, sample, nowMs);
    sample.thinkingMs = Math.min(sample.thinkingMs, run.wholeMs); // what comes late has not thought longer
    if (sample.state === "running") sample.state = "cancelled";
  }
}

// Whether the answer is more than the one that is shown: its program passes the tests, or others agree.
export function hasWon({ samples, votes, winner }: Run): boolean {
  const check = winner === null ? null : samples[winner]?.check;
  if (check) return check.passed === check.total;
  return votes.length > 0 && (votes[0]!.count > 1 || samples.length === 1);
}

// The sample to show as the answer, while there is none that has won: the first that says something.
export function shownSample(run: Run): Sample | null {
  if (run.winner !== null) return run.samples[run.winner] ?? null;
  return run.samples.find(({ text }) => text !== "") ?? run.samples[0] ?? null;
}
