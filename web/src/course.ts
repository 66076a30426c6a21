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
  return untilEnd(entry.run, watch.signal, () => begin(entry, watch));
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
  beginAgain(run);
  run.isReplayed = true;
  const course = () => (run.jobId ? followRunJob(run, watch) : begin(entry, watch));
  return untilEnd(run, watch.signal, course);
}

async function untilEnd(run: Run, signal: AbortSignal, course: () => Promise<void>): Promise<void> {
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
    run.failure = failureOf(failure);
    const { kind } = failure;
    const isForgotten = run.jobId !== undefined && failure.status === 404; // another tab had it, or it was kept long enough
    if (isForgotten) delete run.jobId;
    const hasBegun = run.samples.some(({ text, thinking }) => text || thinking);
    const isCutOff = isForgotten || (hasBegun && ["lost", "server", "busy"].includes(kind));
    endRun(run, isCutOff ? "interrupted" : "failed", Date.now());
  }
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
  if (job.status === "failed") throw errorFrom(job.error ?? {}, job.http_status ?? 500, null);
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
