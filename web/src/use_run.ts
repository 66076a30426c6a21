// A run under way: starts it, follows its events, stops it. The page is drawn anew once a frame at
// most, however fast tokens arrive.
import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError, endThinking, stream } from "./api";
import { keepEntry, type Entry } from "./history";
import { applyChunk, applyHeaders, applySolveEvent, endRun, newRun, type Run } from "./run";
import { callOf, type Task } from "./task";

const turnMsMax = 8;

export interface RunControl {
  entry: Entry | null;
  isRunning: boolean;
  start(task: Task, root?: string): void; // `root`: of the task that this is a version of
  stop(): void;
  answerNow(): void;
  show(entry: Entry | null): void;
}

export function useRun(onKept: () => void): RunControl {
  const [entry, setEntry] = useState<Entry | null>(null);
  const [, redraw] = useState(0);
  const leaving = useRef<AbortController | null>(null);
  useEffect(() => () => leaving.current?.abort(), []);

  function start(task: Task, root?: string): void {
    leaving.current?.abort();
    const control = new AbortController();
    leaving.current = control;
    const started = newEntry(task, root);
    setEntry(started);
    let isDrawn = true;
    const changed = () => {
      if (!isDrawn) return;
      isDrawn = false;
      requestAnimationFrame(() => {
        isDrawn = true;
        redraw((n) => n + 1);
      });
    };
    void keepEntry(started).then(onKept);
    void follow(started, control.signal, changed).then(() => {
      if (leaving.current === control) leaving.current = null;
      changed();
      void keepEntry(started).then(onKept);
    });
  }

  return {
    entry,
    isRunning: entry?.run.state === "running",
    start,
    stop: () => leaving.current?.abort(),
    answerNow: () => {
      for (const id of entry ? chatIds(entry.run) : []) {
        endThinking(id).catch(() => {}); // then it goes on thinking
      }
    },
    show: (shown) => {
      leaving.current?.abort();
      setEntry(shown);
    },
  };
}

// The chats of a run of /v1/solve have ids of their own (docs/solve.md). There are fewer where one has
// several samples, and one more where a replica refused that.
function chatIds(run: Run): string[] {
  if (!run.isSolve) return [run.requestId];
  return Array.from({ length: run.samples.length + 1 }, (_, n) => `${run.requestId}.c${n}`);
}

function newEntry(task: Task, root?: string): Entry {
  // Not to be guessed: whoever knows the id may end the thinking.
  const random = crypto.getRandomValues(new Uint8Array(16));
  const id = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const isSolve = callOf(task).path === "/v1/solve";
  return { id, root: root ?? id, task, run: newRun(`page-${id}`, isSolve, Date.now()) };
}

// Until the run has ended, one way or another; never fails.
async function follow(entry: Entry, signal: AbortSignal, changed: () => void): Promise<void> {
  const { run, task } = entry;
  const { path, body } = callOf(task);
  let turnBegan = performance.now();
  try {
    for await (const event of stream(path, body, run.requestId, signal)) {
      // Events that have all come already would be read in one go, with nothing else in between.
      if (performance.now() - turnBegan > turnMsMax) {
        await new Promise((resolve) => setTimeout(resolve));
        turnBegan = performance.now();
      }
      if (event instanceof Headers) applyHeaders(run, event);
      else if (run.isSolve) applySolveEvent(run, event, Date.now());
      else applyChunk(run, event, Date.now());
      changed();
    }
    endRun(run, "done", Date.now());
  } catch (error) {
    if (signal.aborted) return endRun(run, "stopped", Date.now());
    const failure = error instanceof ApiError ? error : new ApiError("server", String(error));
    const { kind, detail, retryAfterSeconds } = failure;
    run.failure = { kind, detail, retryAfterSeconds };
    const hasBegun = run.samples.some(({ text, thinking }) => text || thinking);
    const isCutOff = hasBegun && ["lost", "server", "busy"].includes(kind);
    endRun(run, isCutOff ? "interrupted" : "failed", Date.now());
  }
}
