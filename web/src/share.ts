// A task and its answer as a link: compressed into the part after "#", which browsers send to no
// server. Who opens one reads what anybody may have written, so what comes out is checked, bounded,
// and no more than text.
import type { Entry } from "./history";
import { applySolveEvent, endRun, newRun, shownSample } from "./run";
import { emptyTask, type Task, type TestCase } from "./task";

const prefix = "#task=";
const linkCharsMax = 30_000; // what chats and mail still pass on
const jsonBytesMax = 1 << 20; // a few characters may unpack to very many
const testsMax = 1000; // as many as the server takes (docs/solve.md)

interface Shared {
  problem: string;
  tests: TestCase[];
  answer: string;
  profile: string;
  askedMs: number;
  isDone: boolean; // false: the answer was stopped, or broke off
  isCutOff: boolean; // it reached the most tokens it may have
}

// Null where it would be too long for a link, or hold more than entryOf() takes.
export async function linkOf({ task, run }: Entry): Promise<string | null> {
  const sample = shownSample(run);
  const shared: Shared = {
    problem: task.problem,
    tests: task.tests,
    answer: sample?.text ?? "",
    profile: run.profile,
    askedMs: run.startedMs,
    isDone: run.state === "done",
    isCutOff: sample?.finish === "length",
  };
  const json = new Blob([JSON.stringify(shared)]);
  if (json.size > jsonBytesMax || task.tests.length > testsMax) return null;
  const packing = json.stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = await readAll(packing);
  if (bytes === null || bytes.length > (linkCharsMax * 3) / 4) return null;
  const text = btoa(String.fromCharCode(...bytes));
  const fragment = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${location.origin}${location.pathname}${prefix}${fragment}`;
}

export const isLink = (fragment: string) => fragment.startsWith(prefix);

// Null where it is no link of this page's making.
export async function entryOf(fragment: string): Promise<Entry | null> {
  const text = fragment.slice(prefix.length);
  if (!isLink(fragment) || text.length > linkCharsMax) return null;
  try {
    const packed = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(packed, (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const json = await readAll(stream);
    const shared = json && checked(JSON.parse(new TextDecoder().decode(json)));
    return shared && asEntry(shared);
  } catch {
    return null; // not base64, not deflate, not JSON
  }
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array | null> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > jsonBytesMax) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function checked(value: unknown): Shared | null {
  if (typeof value !== "object" || value === null) return null;
  const {
    problem,
    tests,
    answer,
    profile,
    askedMs,
    isDone = true, // links that were made before they said it
    isCutOff = false,
  } = value as Record<string, unknown>;
  const isText = (text: unknown): text is string => typeof text === "string";
  const isTest = (test: unknown): test is TestCase => {
    const { input, output } = Object(test) as Record<string, unknown>;
    return isText(input) && isText(output);
  };
  if (!isText(problem) || !isText(answer) || !isText(profile)) return null;
  if (typeof askedMs !== "number" || Math.abs(askedMs) > 8.64e15) return null; // what a Date holds
  if (typeof isDone !== "boolean" || typeof isCutOff !== "boolean") return null;
  if (!Array.isArray(tests) || tests.length > testsMax || !tests.every(isTest)) return null;
  const ownTests = tests.map(({ input, output }) => ({ input, output }));
  return { problem, tests: ownTests, answer, profile, askedMs, isDone, isCutOff };
}

// Of the answer its text alone: a verdict would be the link's word, not this server's.
function asEntry({ problem, tests, answer, profile, askedMs, isDone, isCutOff }: Shared): Entry {
  const task: Task = { ...emptyTask, problem, tests };
  const run = newRun("", askedMs);
  run.profile = profile;
  applySolveEvent(run, { type: "delta", sample: 0, text: answer }, askedMs);
  if (isCutOff) run.samples[0]!.finish = "length";
  endRun(run, isDone ? "done" : "stopped", askedMs);
  return { id: "shared", root: "shared", isShared: true, task, run };
}
