// The history as files to keep: Markdown to read, JSON to read in again.
import type { Entry } from "./history";
import { shownSample } from "./run";

export function toMarkdown(entries: Entry[]): string {
  return entries.map(entryToMarkdown).join("\n---\n\n");
}

function entryToMarkdown({ task, run }: Entry): string {
  const sample = shownSample(run);
  const lines = [`## ${new Date(run.startedMs).toISOString()}`, "", task.problem, ""];
  if (sample?.thinking) {
    lines.push("<details><summary>Thinking</summary>", "", sample.thinking, "", "</details>", "");
  }
  lines.push("### Answer", "", sample?.text ?? "", "");
  for (const vote of run.votes) lines.push(`- ${vote.count} x ${vote.answer}`);
  const check = sample?.check;
  if (check) lines.push(`- tests: ${check.passed} of ${check.total} passed`);
  lines.push(`- profile ${run.profile || "?"}, ${run.completionTokens} tokens, ${run.state}`, "");
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
