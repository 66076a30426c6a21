// Which version of a task is shown, and the way to the others.
import type { Entry } from "../history";
import type { Say } from "../words";

interface Props {
  versions: Entry[]; // the oldest first
  shown: string; // the id of one
  onShow(entry: Entry): void;
  say: Say;
}

export function Versions({ versions, shown, onShow, say }: Props) {
  const index = versions.findIndex(({ id }) => id === shown);
  if (index < 0 || versions.length < 2) return null;
  const to = (other: Entry | undefined, mark: string, label: string) => (
    <button
      type="button"
      aria-label={label}
      aria-disabled={!other}
      onClick={() => other && onShow(other)}
    >
      {mark}
    </button>
  );
  return (
    <nav class="row versions">
      {to(versions[index - 1], "‹", say("previousVersion"))}
      <span role="status">{say("version", { n: index + 1, total: versions.length })}</span>
      {to(versions[index + 1], "›", say("nextVersion"))}
    </nav>
  );
}
