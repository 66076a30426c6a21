// Earlier tasks: search, open, delete, take away as files.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { download, toJson, toMarkdown } from "../export";
import { matches, newestOf, versionsOf, type Entry } from "../history";
import type { Say } from "../words";

interface Props {
  entries: Entry[];
  onOpen(entry: Entry): void;
  onRemove(root: string): void;
  onClear(): void;
  onClose(): void;
  say: Say;
}

export function HistoryPanel({ entries, onOpen, onRemove, onClear, onClose, say }: Props) {
  const [sought, setSought] = useState("");
  const search = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => search.current?.focus(), []);
  const found = entries.filter((entry) => matches(entry, sought));
  return (
    <aside
      class="history"
      aria-label={say("history")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation(); // it stops no run
        onClose();
      }}
    >
      <div class="row">
        <input
          ref={search}
          type="search"
          aria-label={say("search")}
          placeholder={say("search")}
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
        <button type="button" onClick={onClose}>
          {say("close")}
        </button>
      </div>
      {entries.length === 0 && <p class="hint">{say("historyEmpty")}</p>}
      <ul>
        {newestOf(found).map((entry) => (
          <li key={entry.root} class="row">
            <button type="button" class="past" onClick={() => onOpen(entry)}>
              {entry.task.problem.slice(0, 200)}
              <Versions n={versionsOf(entries, entry.root).length} say={say} />
            </button>
            <button
              type="button"
              aria-label={`${say("remove")}: ${entry.task.problem.slice(0, 60)}`}
              onClick={() => {
                onRemove(entry.root);
                search.current?.focus(); // this button goes
              }}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {found.length > 0 && (
        <div class="row">
          <button
            type="button"
            onClick={() => download("lemma.md", "text/markdown", toMarkdown(found))}
          >
            {say("exportMarkdown")}
          </button>
          <button
            type="button"
            onClick={() => download("lemma.json", "application/json", toJson(found))}
          >
            {say("exportJson")}
          </button>
          <button
            type="button"
            onClick={() => {
              onClear();
              search.current?.focus();
            }}
          >
            {say("clear")}
          </button>
        </div>
      )}
    </aside>
  );
}

function Versions({ n, say }: { n: number; say: Say }) {
  return n > 1 ? <span class="hint">{` · ${n} ${say("versions")}`}</span> : null;
}
