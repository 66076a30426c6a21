// What every part of the console works with.
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Look } from "../look";
import type { AdminApi } from "./admin_api";
import type { Formats } from "./formats";
import type { Say } from "./words";

export const roles = ["viewer", "prompt_editor", "admin", "owner"] as const;
export type Role = (typeof roles)[number];

export interface User {
  id: string;
  name: string;
  role: Role;
  has_totp: boolean;
  created: string;
  disabled: string | null;
}

export interface ConsoleContext {
  api: AdminApi;
  say: Say;
  formats: Formats;
  look: Look;
  me: User;
  may(least: Role): boolean; // whether the user's role allows what is for `least` and above
  renewMe(): Promise<void>; // asks again who is signed in
}

const Context = createContext<ConsoleContext | null>(null);
export const ContextProvider = Context.Provider;

export function useConsole(): ConsoleContext {
  return useContext(Context)!;
}
