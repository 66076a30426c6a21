// The calls to the admin API (docs/admin.md), and their errors.

export class CallError extends Error {
  constructor(
    readonly status: number, // of HTTP; 0: the server was not reached
    readonly code: string,
    readonly field: string, // that is wrong; "": none
    message: string, // in the server's words
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }
}

const prefix = "/admin/api";

export type Query = Record<string, string | number | undefined>;

// "/usage", {limit: 5} -> the address of that call; members that are undefined or "" are left out.
export function addressOf(path: string, query: Query = {}): string {
  const sent = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") sent.set(name, String(value));
  }
  const text = sent.toString();
  return prefix + path + (text ? `?${text}` : "");
}

export class AdminApi {
  private csrfToken = "";

  // `onSignedOut` hears of a session that is over: the user ended it, or the server did.
  constructor(private readonly onSignedOut: (isWanted: boolean) => void) {}

  get isSignedIn(): boolean {
    return this.csrfToken !== "";
  }

  signedIn(csrfToken: string): void {
    this.csrfToken = csrfToken;
  }

  // After a call that ended it.
  signedOut(): void {
    this.end(/*isWanted=*/ true);
  }

  private end(isWanted: boolean): void {
    this.csrfToken = "";
    this.onSignedOut(isWanted);
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.call<T>(addressOf(path, query), { method: "GET" });
  }

  // The reply; null where there is none (204).
  send<T>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body: object = {},
  ): Promise<T> {
    return this.call<T>(addressOf(path), {
      method,
      headers: { "Content-Type": "application/json", "x-csrf-token": this.csrfToken },
      body: JSON.stringify(body),
    });
  }

  private async call<T>(address: string, init: RequestInit): Promise<T> {
    let response: Response;
    try {
      response = await fetch(address, init);
    } catch (error) {
      throw new CallError(0, "lost", "", String(error));
    }
    if (response.status === 204) return null as T;
    const body = await response.json().catch(() => ({}));
    if (response.ok) return body as T;
    const error = errorOf(response, body);
    if (error.status === 401 && error.code === "not_signed_in") this.end(/*isWanted=*/ false);
    throw error;
  }
}

function errorOf(response: Response, body: any): CallError {
  const { code, param, message } = body.error ?? {};
  const wait = Number(response.headers.get("retry-after") ?? NaN);
  return new CallError(
    response.status,
    String(code ?? ""),
    String(param ?? ""),
    String(message ?? `HTTP ${response.status}`),
    Number.isFinite(wait) ? wait : null,
  );
}
