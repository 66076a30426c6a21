// What the reader asks: a problem and how hard to try; and the call that this becomes.

export type Effort = "quick" | "standard" | "deep" | "vote";

export interface TestCase {
  input: string;
  output: string;
}

export interface Task {
  problem: string;
  profile: string; // "": the server picks the one that fits
  model: string; // "": the server's first
  effort: Effort;
  votes: number;
  tests: TestCase[]; // of a program; empty: an answer is asked for
}

export const emptyTask: Task = {
  problem: "",
  profile: "",
  model: "",
  effort: "standard",
  votes: 5,
  tests: [],
};

export const voteChoices = [3, 5, 8, 16];

export interface Call {
  path: "/v1/chat/completions" | "/v1/solve";
  body: object;
}

// Several attempts, of which one wins.
export const isRace = (task: Task) => callOf(task).path === "/v1/solve";

// How many programs are tried, and how often one that fails goes back, where there are tests.
const programTries = {
  quick: { samples: 1, repairs: 0 },
  standard: { samples: 3, repairs: 1 },
  deep: { samples: 8, repairs: 2 },
};

// Of one answer: how many tokens it may think (docs/http.md, reasoning_effort); null: any number.
const thinkingOf = {
  quick: { effort: "minimal", tokensMax: 512 },
  standard: { effort: "medium", tokensMax: 8192 },
  deep: { effort: "high", tokensMax: null },
};

// Null where nothing bounds it, or several attempts think. `contextMax`: what the model holds, of tokens; 0: not
// known.
export function thinkingTokensMax(task: Task, contextMax: number): number | null {
  if (task.effort === "vote" || isRace(task)) return null;
  const { tokensMax } = thinkingOf[task.effort];
  return contextMax > 0 ? Math.min(tokensMax ?? contextMax, contextMax) : tokensMax;
}

export function callOf(task: Task): Call {
  const profile = task.profile ? { profile: task.profile } : {};
  const model = task.model ? { model: task.model } : {};
  const problem = task.problem.trim();
  const thinking =
    task.effort === "vote" ? {} : { reasoning_effort: thinkingOf[task.effort].effort };
  if (task.tests.length > 0 || task.effort === "vote") {
    const tries =
      task.effort === "vote" ? { samples: task.votes, repairs: 1 } : programTries[task.effort];
    const tests = task.tests.length > 0 ? { tests: task.tests, repairs: tries.repairs } : {};
    const body = { problem, strategy: "majority", samples: tries.samples, stream: true };
    return { path: "/v1/solve", body: { ...body, ...tests, ...thinking, ...profile, ...model } };
  }
  return {
    path: "/v1/chat/completions",
    body: {
      messages: [{ role: "user", content: problem }],
      ...thinking,
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
      ...profile,
      ...model,
    },
  };
}

// As a job it is always a run of /v1/solve: its events are a fifth as long as a chat's, so that those of
// a long answer are all kept, and they name the profile.
export function jobOf(task: Task): Call {
  const { path, body } = callOf(task);
  return { path: "/v1/solve", body: path === "/v1/solve" ? body : { ...body, strategy: "single" } };
}
