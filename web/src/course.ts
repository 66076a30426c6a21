// The course of a run, from its call to its end: as a job where the server has jobs, so that a page that
// is loaded again and a connection that breaks go on from where they were, else as a call of its own.
import { ApiError, errorFrom, stream } from "./api";
import type { Entry } from "./history";
import { createJob, followJob, forgetJob, type Job } from "./jobs";
import {
  applyChunk,
  applyHeaders,
  applySolveEvent,
  beginAgain,
  endRun,
  failureOf,
  type Run,
} from "./run";
import { storedKey } from "./settings";
import { callOf, jobOf } from "./task";

// Why a run is aborted: the page shows something else, and the server goes on where it can. Any other
// reason stops it.
export const left = "left";

export interface Watch {
  signal: AbortSignal; // ends it
  changed(): void; // the run says more
  keep(): void; // the entry has something that must outlast the page
  keepJob(): Promise<void>; // the same of the job that it has now, unless the entry was deleted or asked again
}

// Asks; until the run has ended, one way or another. Never fails.
export function solve(entry: Entry, watch: Watch): Promise<void> {
  entry.run.isAsking = true;
  watch.keep();
  return untilEnd(entry.run, watch.signal, null, () => begin(entry, watch));
}

async function begin(entry: Entry, watch: Watch): Promise<void> {
  const { run, task } = entry;
  const creating = createJob(jobOf(task), run.requestId);
  const jobId = await jobUnlessStopped(creating, watch.signal);
  delete run.isAsking;
  if (jobId !== null) Object.assign(run, { jobId, isSolve: true });
  await watch.keepJob();
  return jobId === null ? followCall(entry, watch) : followRunJob(run, watch);
}

// One that is stopped before the server has said its id is forgotten once it has.
function jobUnlessStopped(
  creating: Promise<string | null>,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      if (signal.reason === left) return; // it is to go on
      void creating.then((id) => (id === null ? undefined : forgetJob(id))).catch(() => {});
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", stop);
    void creating.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

// Goes on with the job of a run, from its first event: none is kept here. Never fails.
export function goOn(entry: Entry, watch: Watch): Promise<void> {
  const { run } = entry;
  const before = structuredClone(run);
  beginAgain(run);
  run.isReplayed = true;
  const course = () => (run.jobId ? followRunJob(run, watch) : begin(entry, watch));
  return untilEnd(run, watch.signal, before, course);
}

// `before`: what there was of it; null: it has just been asked.
async function untilEnd(
  run: Run,
  signal: AbortSignal,
  before: Run | null,
  course: () => Promise<void>,
): Promise<void> {
  try {
    await course();
  } catch (error) {
    delete run.isAsking;
    if (signal.aborted && !(error instanceof ApiError)) {
      if (run.jobId && signal.reason === left) return endRun(run, "interrupted", Date.now());
      if (run.jobId) void forgetJob(run.jobId).catch(() => {}); // then it ends by itself
      return endRun(run, "stopped", Date.now());
    }
    if (!(error instanceof ApiError)) reportError(error); // the page's own fault
    const failure = error instanceof ApiError ? error : new ApiError("server", String(error));
    const isOfJob = run.jobId !== undefined || before !== null;
    if (isOfJob && [401, 403, 404].includes(failure.status)) endRefused(run, before, failure);
    else endFailed(run, failure);
  }
}

// It, or what came of its job, is wrong. What was said stays where that is no fault of the task.
function endFailed(run: Run, failure: ApiError): void {
  run.failure = failureOf(failure);
  const hasBegun = run.samples.some(({ text, thinking }) => text || thinking);
  const isCutOff = hasBegun && ["lost", "server", "busy"].includes(failure.kind);
  endRun(run, isCutOff ? "interrupted" : "failed", Date.now());
}

// The job is not for this key, or not there. Another key may go on, so all is as it was before; without
// keys the server has forgotten it: another tab had it, or it was kept long enough.
function endRefused(run: Run, before: Run | null, failure: ApiError): void {
  const { jobId } = run;
  if (before) Object.assign(run, before, { jobId });
  if (jobId) delete run.isAsking;
  if (failure.status === 404 && storedKey() === "") {
    delete run.jobId;
    delete run.isAsking;
  }
  run.failure = failureOf(failure);
  endRun(run, "interrupted", run.wholeMs > 0 ? run.startedMs + run.wholeMs : Date.now());
}

async function followCall({ run, task }: Entry, { signal, changed }: Watch): Promise<void> {
  const { path, body } = callOf(task);
  run.isSolve = path === "/v1/solve";
  const breathe = breather();
  for await (const event of stream(path, body, run.requestId, signal)) {
    await breathe();
    if (event instanceof Headers) applyHeaders(run, event);
    else if (run.isSolve) applySolveEvent(run, event, Date.now());
    else applyChunk(run, event, Date.now());
    changed();
  }
  endRun(run, "done", Date.now());
}

async function followRunJob(run: Run, { signal, changed }: Watch): Promise<void> {
  const breathe = breather();
  for await (const event of followJob(run.jobId!, signal)) {
    await breathe();
    run.isLost = event === "lost";
    run.isReplayed ||= run.isLost;
    if (event !== "lost") {
      if (event.object === "job") return endJob(run, event as Job);
      if (event.type === "attempt") beginAgain(run);
      else if (event.type === "waiting") waitFor(run, event);
      else applySolveEvent(run, event, Date.now());
    }
    changed();
  }
}

function waitFor(run: Run, event: Record<string, any>): void {
  beginAgain(run);
  run.waitsFor = failureOf(errorFrom(event.error ?? {}, event.http_status, event.wait_ms / 1000));
}

function endJob(run: Run, job: Job): void {
  if (job.status === "failed") {
    return endFailed(run, errorFrom(job.error ?? {}, job.http_status ?? 500, null));
  }
  if (job.result) applySolveEvent(run, { ...job.result, type: "result" }, Date.now());
  const endedMs = run.startedMs + job.ended_ms - job.created_ms;
  endRun(run, job.status === "done" ? "done" : "stopped", endedMs);
}

const turnMsMax = 8;

// Events that have all come already would be read in one go, with nothing else in between.
function breather(): () => Promise<void> {
  let turnBegan = performance.now();
  return async () => {
    if (performance.now() - turnBegan <= turnMsMax) return;
    await new Promise((resolve) => setTimeout(resolve));
    turnBegan = performance.now();
  };
}
