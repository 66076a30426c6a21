// Earlier tasks: search, open, delete, take away as files.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { download, toJson, toMarkdown } from "../export";
import { countVersions, matches, newestOf, type Entry } from "../history";
import type { Say } from "../words";
import { ConfirmButton } from "./confirm_button";

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
  const isEmpty = entries.length === 0;
  useLayoutEffect(() => search.current?.focus(), []);
  useLayoutEffect(() => {
    if (isEmpty) search.current?.focus(); // the button that emptied it goes
  }, [isEmpty]);
  // The page is drawn anew with each frame of an answer.
  const found = useMemo(() => entries.filter((entry) => matches(entry, sought)), [entries, sought]);
  const tasks = useMemo(() => newestOf(found), [found]);
  const versions = useMemo(() => countVersions(entries), [entries]);
  return (
    <aside
      class="history"
      aria-label={say("history")}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.isComposing) return;
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
      <p class="hint" role="status">
        {found.length === 0 && say(isEmpty ? "historyEmpty" : "nothingFound")}
      </p>
      <ul>
        {tasks.map((entry) => (
          <li key={entry.root} class="row">
            <button type="button" class="past" onClick={() => onOpen(entry)}>
              {entry.task.problem.slice(0, 200)}
              <Versions n={versions.get(entry.root)!} say={say} />
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
            onClick={() => download("lemma.md", "text/markdown", toMarkdown(found, say))}
          >
            {say("exportMarkdown")}
          </button>
          <button
            type="button"
            onClick={() => download("lemma.json", "application/json", toJson(found))}
          >
            {say("exportJson")}
          </button>
          <ConfirmButton
            label={say("clear")}
            question={say("clearQuestion", { n: entries.length })}
            cancel={say("cancel")}
            onConfirm={onClear}
          />
        </div>
      )}
    </aside>
  );
}

function Versions({ n, say }: { n: number; say: Say }) {
  return n > 1 ? <span class="hint">{` · ${n} ${say("versions")}`}</span> : null;
}
