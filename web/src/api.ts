// The calls to the server that serves this page. What it answers is docs/http.md and docs/solve.md;
// of jobs: jobs.ts.
import { storedKey } from "./settings";
import { readEvents } from "./sse";

// What went wrong, for words.ts to say in the reader's language. `detail` is the server's own words.
export class ApiError extends Error {
  constructor(
    readonly kind: "key" | "forbidden" | "limit" | "busy" | "time" | "request" | "server" | "lost",
    readonly detail: string,
    readonly retryAfterSeconds: number | null = null,
    readonly status: number = 0, // of HTTP; 0: it came another way
  ) {
    super(detail);
  }
}

export interface ServedModel {
  id: string;
  max_model_len: number;
}

export interface ServedProfile {
  id: string;
  description: string;
  fits_model: boolean; // false: the server's first model was made for others
}

export function headers(requestId?: string): Record<string, string> {
  const key = storedKey();
  return {
    ...(key ? { Authorization: `Bearer ${key}` } : {}),
    ...(requestId ? { "x-request-id": requestId } : {}),
  };
}

export async function fetchModels(): Promise<ServedModel[]> {
  const response = await send("/v1/models", { headers: headers() });
  return ((await response.json()) as { data: ServedModel[] }).data;
}

export async function fetchProfiles(): Promise<ServedProfile[]> {
  const response = await send("/v1/profiles", { headers: headers() });
  return ((await response.json()) as { data: ServedProfile[] }).data;
}

// Asks for the answer now, of the chat that runs under this id. One that has just ended is no error.
export async function endThinking(requestId: string): Promise<void> {
  const response = await fetch(`/v1/requests/${requestId}/end_thinking`, {
    method: "POST",
    headers: headers(),
  });
  if (!response.ok && response.status !== 404) throw await errorOf(response);
}

// A streamed call: its headers first, then each event's JSON. It fails with ApiError where the
// server says so or the stream ends before its [DONE], and with AbortError where `signal` says so.
export async function* stream(
  path: string,
  body: object,
  requestId: string,
  signal: AbortSignal,
): AsyncGenerator<Headers | Record<string, any>> {
  const response = await send(path, {
    method: "POST",
    headers: { ...headers(requestId), "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  yield response.headers;
  try {
    for await (const { event, data } of readEvents(response.body!)) {
      if (event === "error") throw errorFrom(JSON.parse(data).error, 0, null);
      if (data === "[DONE]") return;
      yield JSON.parse(data);
    }
  } catch (error) {
    if (error instanceof TypeError) throw new ApiError("lost", error.message);
    throw error;
  }
  throw new ApiError("lost", "");
}

export async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof TypeError) throw new ApiError("lost", error.message);
    throw error;
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function errorOf(response: Response): Promise<ApiError> {
  const wait = Number(response.headers.get("retry-after") ?? NaN);
  const body = await response.json().catch(() => ({}));
  return errorFrom(body.error ?? {}, response.status, Number.isFinite(wait) ? wait : null);
}

export function errorFrom(
  error: { message?: string; type?: string },
  status: number,
  retryAfter: number | null,
): ApiError {
  const detail = String(error.message ?? `HTTP ${status}`);
  const kinds: Record<string, ApiError["kind"]> = {
    authentication_error: "key",
    permission_error: "forbidden",
    rate_limit_error: "limit",
    unavailable_error: "busy",
    timeout_error: "time",
    invalid_request_error: "request",
  };
  return new ApiError(kinds[error.type ?? ""] ?? "server", detail, retryAfter, status);
}
