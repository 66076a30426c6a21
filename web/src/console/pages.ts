// The pages of the console, in the order of its menu.
import type { ComponentType } from "preact";

import type { Role } from "./context";
import { Alerts } from "./pages/alerts";
import { Audit } from "./pages/audit";
import { Evaluations } from "./pages/evaluations";
import { Jobs } from "./pages/jobs";
import { Keys } from "./pages/keys";
import { Overview } from "./pages/overview";
import { Profiles } from "./pages/profiles";
import { Replicas } from "./pages/replicas";
import { Requests } from "./pages/requests";
import { Settings } from "./pages/settings";
import { Usage } from "./pages/usage";
import { Users } from "./pages/users";
import type { Route } from "./route";
import type { Word } from "./words";

interface PageEntry {
  name: Word; // also of the address
  least: Role; // who may see it
  Page: ComponentType<{ route: Route }>;
}

export const pages: PageEntry[] = [
  { name: "overview", least: "viewer", Page: Overview },
  { name: "keys", least: "viewer", Page: Keys },
  { name: "usage", least: "viewer", Page: Usage },
  { name: "profiles", least: "viewer", Page: Profiles },
  { name: "evaluations", least: "viewer", Page: Evaluations },
  { name: "requests", least: "viewer", Page: Requests },
  { name: "jobs", least: "viewer", Page: Jobs },
  { name: "replicas", least: "viewer", Page: Replicas },
  { name: "alerts", least: "admin", Page: Alerts },
  { name: "audit", least: "admin", Page: Audit },
  { name: "users", least: "admin", Page: Users },
  { name: "settings", least: "viewer", Page: Settings },
];
