// Runs as jobs of the server (docs/jobs.md): they go on without this page, and can be followed from
// any of their events on. A server without a data directory has none.
import { ApiError, headers, send } from "./api";
import { readEvents } from "./sse";
import type { Call } from "./task";

export interface Job {
  id: string;
  status: "queued" | "running" | "done" | "failed" | "cancelled";
  created_ms: number;
  ended_ms: number;
  http_status?: number;
  result?: Record<string, any>;
  error?: { message?: string; type?: string };
}

const retryMsMin = 500;
const retryMsMax = 10_000;

// Its id; null where the server has no jobs. Of a call that was broken off nobody knows whether its job is there:
// it is let come to its end, and asked once more where it was lost; under one `requestId` it is one job.
export async function createJob(call: Call, requestId: string): Promise<string | null> {
  return postJob(call, requestId).catch(async (error) => {
    if (!(error instanceof ApiError && error.kind === "lost")) throw error;
    await new Promise((resolve) => setTimeout(resolve, retryMsMin)); // also while the page is being left
    return postJob(call, requestId);
  });
}

async function postJob({ path, body }: Call, requestId: string): Promise<string | null> {
  try {
    const response = await send("/v1/jobs", {
      method: "POST",
      headers: {
        ...headers(),
        "Content-Type": "application/json",
        "Idempotency-Key": requestId,
      },
      body: JSON.stringify({ target: path, body }),
    });
    const job = await response.json().catch((error) => {
      throw new ApiError("lost", String(error)); // in the middle of the reply
    });
    return (job as Job).id;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

// It ends, and the server keeps nothing of it. One that is not there any more is no error.
export async function forgetJob(id: string): Promise<void> {
  await fetch(`/v1/jobs/${id}?forget=true`, { method: "DELETE", headers: headers() });
}

// What the job says, each event's JSON, the last one the job itself with its result. A connection that
// is lost is made again, for as long as it takes: `lost` comes then, and the next event after it.
export async function* followJob(
  id: string,
  signal: AbortSignal,
): AsyncGenerator<Record<string, any> | "lost"> {
  let last = ""; // the event that was seen last
  for (let waitMs = retryMsMin; ; waitMs = Math.min(2 * waitMs, retryMsMax)) {
    try {
      const from: Record<string, string> = last ? { "Last-Event-ID": last } : {};
      const path = `/v1/jobs/${id}/events`;
      const response = await send(path, { headers: { ...headers(), ...from }, signal });
      for await (const event of readEvents(response.body!)) {
        const said = JSON.parse(event.data);
        if (event.event === "job" && said.object === "job") {
          yield said.status === "done" && !said.result ? await fetchJob(id, signal) : said;
          return;
        }
        yield said;
        last = event.id;
        waitMs = retryMsMin;
      }
    } catch (error) {
      if (!mayComeBack(error)) throw error;
    }
    yield "lost"; // also where a server that stops ends its streams
    await pause(waitMs, signal);
  }
}

async function fetchJob(id: string, signal: AbortSignal): Promise<Job> {
  const response = await send(`/v1/jobs/${id}`, { headers: headers(), signal });
  return (await response.json()) as Job;
}

function mayComeBack(error: unknown): boolean {
  if (error instanceof TypeError) return true; // of fetch: the network
  return (
    error instanceof ApiError &&
    ["lost", "busy", "server"].includes(error.kind) &&
    error.status !== 404
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    }, ms);
    signal.addEventListener("abort", leave);
  });
}
