// A run under way: starts it or goes on with it, follows its events, stops it. The page is drawn anew
// once a frame at most, however fast tokens arrive.
import { useEffect, useRef, useState } from "preact/hooks";

import { endThinking } from "./api";
import { goOn, left, solve } from "./course";
import { keepEntry, readEntry, type Entry } from "./history";
import { createJob, forgetJob } from "./jobs";
import { newRun, type Run } from "./run";
import { keepRunning } from "./settings";
import { jobOf, type Task } from "./task";

export interface RunControl {
  entry: Entry | null;
  isRunning: boolean;
  start(task: Task, root?: string): void; // `root`: of the task that this is a version of
  stop(): void;
  answerNow(): void;
  show(entry: Entry): void; // goes on with it where the server does; so does the server with what ran here
  drop(entries: Entry[]): void; // they are deleted: what runs of them ends, here and at the server
}

export function useRun(onKept: () => void): RunControl {
  const [entry, setEntry] = useState<Entry | null>(null);
  const latest = useRef(entry);
  latest.current = entry;
  const [, redraw] = useState(0);
  const leaving = useRef<AbortController | null>(null);
  useEffect(() => () => leaving.current?.abort(), []);

  function follow(started: Entry, course: typeof solve): void {
    leaving.current?.abort();
    const control = new AbortController();
    leaving.current = control;
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
    const keep = () => void keepEntry(started).then(onKept);
    const { signal } = control;
    const keepJob = async () => {
      const kept = signal.aborted ? await readEntry(started.id) : started;
      if (!kept && started.run.jobId) await forgetJob(started.run.jobId).catch(() => {});
      if (kept === started || kept?.run.isAsking) keep();
    };
    void course(started, { signal, changed, keep, keepJob }).then(async () => {
      const isShown = leaving.current === control;
      if (isShown) {
        leaving.current = null;
        keepRunning(null);
      }
      const known = await endedElsewhere(started);
      if (known && isShown) setEntry(known);
      if (known) return;
      changed();
      // One that is not there was deleted meanwhile, here or in another tab.
      if (await readEntry(started.id)) await keepInPlaceOfServer(started);
      onKept();
    });
    keepRunning(started.id);
  }

  return {
    entry,
    isRunning: entry?.run.state === "running",
    start: (task, root) => follow(newEntry(task, root), solve),
    stop: () => leaving.current?.abort(),
    answerNow: () => {
      for (const id of entry ? chatIds(entry.run) : []) {
        endThinking(id).catch(() => {}); // then it goes on thinking
      }
    },
    show: (kept) => {
      const isRunning = [kept, latest.current].some((known) => known?.run.state === "running");
      if (kept.id === latest.current?.id && isRunning) return; // what is shown is newer
      leaving.current?.abort(left);
      if (mayGoOn(kept)) follow({ ...kept, run: { ...kept.run, state: "running" } }, goOn);
      else setEntry(kept.run.state === "running" ? cutOff(kept) : kept);
    },
    drop: (gone) => {
      const isShown = ({ id }: Entry) => id === latest.current?.id;
      for (const entry of gone) {
        if (mayGoOn(entry) && !isShown(entry)) void forgetRun(entry).catch(() => {});
      }
      if (!gone.some(isShown)) return;
      leaving.current?.abort();
      setEntry(null);
    },
  };
}

// Nothing follows it here.
const cutOff = (entry: Entry): Entry => ({ ...entry, run: { ...entry.run, state: "interrupted" } });

// Whether the server may still have its job.
export const mayGoOn = ({ run }: Entry) =>
  (run.jobId !== undefined || run.isAsking === true) &&
  ["running", "interrupted"].includes(run.state);

async function forgetRun({ run, task }: Entry): Promise<void> {
  const id = run.jobId ?? (await createJob(jobOf(task), run.requestId)); // once more: to learn which it is
  if (id !== null) await forgetJob(id);
}

// Its answer, where this page has left it and somebody else had it of the server.
async function endedElsewhere({ id, run }: Entry): Promise<Entry | undefined> {
  if (!run.isSolve || run.state !== "interrupted") return undefined;
  const kept = await readEntry(id);
  return kept && !["running", "interrupted"].includes(kept.run.state) ? kept : undefined;
}

// What is kept here need not be kept there.
async function keepInPlaceOfServer(entry: Entry): Promise<void> {
  const { jobId, state } = entry.run;
  const isKept = await keepEntry(entry);
  if (isKept && jobId && state !== "interrupted") await forgetJob(jobId).catch(() => {});
}

// The chats of a run of /v1/solve have ids of their own (docs/solve.md). There are fewer where one has
// several samples, and one more where a replica refused that.
function chatIds({ requestId, jobId = requestId, isSolve, samples }: Run): string[] {
  if (!isSolve) return [requestId];
  return Array.from({ length: samples.length + 1 }, (_, n) => `${jobId}.c${n}`);
}

function newEntry(task: Task, root?: string): Entry {
  // Not to be guessed: whoever knows the id may end the thinking.
  const random = crypto.getRandomValues(new Uint8Array(16));
  const id = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { id, root: root ?? id, task, run: newRun(`page-${id}`, Date.now()) };
}
