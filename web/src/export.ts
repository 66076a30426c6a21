// The history as files to keep: Markdown to read, JSON to read in again.
import type { Entry } from "./history";
import { shownSample } from "./run";
import { profileName, type Say } from "./words";

export function toMarkdown(entries: Entry[], say: Say): string {
  return entries.map((entry) => entryToMarkdown(entry, say)).join("\n---\n\n");
}

function entryToMarkdown({ task, run }: Entry, say: Say): string {
  const sample = shownSample(run);
  const lines = [`## ${new Date(run.startedMs).toISOString()}`, "", task.problem, ""];
  if (sample?.thinking) {
    const summary = `<details><summary>${say("thought")}</summary>`;
    lines.push(summary, "", sample.thinking, "", "</details>", "");
  }
  lines.push(`### ${say("answer")}`, "", sample?.text ?? "", "");
  for (const vote of run.votes) lines.push(`- ${vote.count} x ${vote.answer}`);
  const check = sample?.check;
  if (check) {
    lines.push(`- ${say("exportTests", { passed: check.passed, total: check.total })}`);
  }
  const profile = run.profile ? profileName({ id: run.profile, description: "" }, say) : "?";
  const tokens = `${run.completionTokens} ${say("tokens")}`;
  lines.push(`- ${profile}, ${tokens}, ${say(`run.${run.state}`)}`, "");
  return lines.join("\n");
}

export function toJson(entries: Entry[]): string {
  return JSON.stringify(entries, null, 2);
}

export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
