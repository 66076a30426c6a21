// API keys as the admin API has them (docs/admin.md).
export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  state: "active" | "expired" | "revoked";
  scopes: string[];
  profiles: string[];
  rpm: number;
  tpm: number;
  tpd: number;
  concurrency: number;
  deadline_ms: number;
  priority: number;
  keeps_content: boolean;
  expires: string | null;
  created: string;
  last_used: string | null;
}

export const scopes = ["inference", "metrics", "admin"] as const;
export const limits = ["rpm", "tpm", "tpd", "concurrency", "deadline_ms", "priority"] as const;

// What a form holds of a key: numbers as they are typed, profiles with commas between them.
export type KeyDraft = Record<"name" | "profiles" | "expires" | (typeof limits)[number], string> & {
  scopes: string[];
  keeps_content: boolean;
};

export const emptyDraft: KeyDraft = {
  name: "",
  profiles: "",
  expires: "",
  scopes: ["inference"],
  keeps_content: false,
  rpm: "0",
  tpm: "0",
  tpd: "0",
  concurrency: "0",
  deadline_ms: "0",
  priority: "0",
};

export function draftOf(key: ApiKey): KeyDraft {
  const numbers = Object.fromEntries(limits.map((name) => [name, String(key[name])]));
  return {
    ...emptyDraft,
    ...numbers,
    name: key.name,
    profiles: key.profiles.join(", "),
    scopes: key.scopes,
    keeps_content: key.keeps_content,
  };
}

// As the API takes it. An empty time of expiry leaves it as it is.
export function bodyOf(draft: KeyDraft): object {
  return {
    ...Object.fromEntries(limits.map((name) => [name, Math.round(Number(draft[name]))])),
    name: draft.name,
    profiles: listOf(draft.profiles),
    scopes: draft.scopes,
    keeps_content: draft.keeps_content,
    ...(draft.expires ? { expires: draft.expires } : {}),
  };
}

// "a, b" -> a and b.
export function listOf(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}
