// The solve page: what is asked, what came of it, what was asked before.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { ApiError, fetchModels } from "./api";
import { LookButtons, useLook } from "./look";
import { clearEntries, readEntries, removeEntry, type Entry } from "./history";
import { HistoryPanel } from "./parts/history_panel";
import { KeyField } from "./parts/key_field";
import { Result } from "./parts/result";
import { TaskForm } from "./parts/task_form";
import { Welcome } from "./parts/welcome";
import { emptyTask, type Task } from "./task";
import { useRun } from "./use_run";
import { profiles, speaker } from "./words";

export function App() {
  const look = useLook();
  const [model, setModel] = useState("");
  const [needsKey, setNeedsKey] = useState(false);
  const [task, setTask] = useState<Task>(emptyTask);
  const [entries, setEntries] = useState<Entry[]>([]);
  const [showsHistory, setShowsHistory] = useState(false);
  const runningId = useRef<string | null>(null);
  const say = speaker(look.language);

  const readHistory = useCallback(() => {
    void readEntries(runningId.current).then(setEntries);
  }, []);
  const control = useRun(readHistory);
  runningId.current = control.isRunning ? control.entry!.id : null;

  const askModels = useCallback(() => {
    fetchModels().then(
      (models) => {
        setNeedsKey(false);
        setModel(models[0]?.id ?? "");
      },
      (error) => setNeedsKey(error instanceof ApiError && error.kind === "key"),
    );
  }, []);
  useEffect(askModels, []);
  useEffect(readHistory, []);
  const isRefused = control.entry?.run.failure?.kind === "key";
  useEffect(() => {
    const stopOnEscape = (event: KeyboardEvent) => {
      if (event.key === "Escape") control.stop();
    };
    document.addEventListener("keydown", stopOnEscape);
    return () => document.removeEventListener("keydown", stopOnEscape);
  });

  const solve = () => {
    const tests = task.tests.filter(({ input, output }) => input || output);
    control.start({ ...task, tests });
  };
  const edit = (edited: Task) => {
    setTask(edited);
    document.getElementById("problem")?.focus();
  };
  return (
    <>
      <header class="row">
        <h1>Lemma</h1>
        <p class="hint">{model || say("tagline")}</p>
        <button type="button" aria-expanded={showsHistory} onClick={() => setShowsHistory(!showsHistory)}>
          {say("history")}
        </button>
        <LookButtons look={look} />
      </header>
      {showsHistory && (
        <HistoryPanel
          entries={entries}
          onOpen={(entry) => {
            control.show(entry);
            setTask(entry.task);
          }}
          onRemove={(id) => void removeEntry(id).then(readHistory)}
          onClear={() => void clearEntries().then(readHistory)}
          onClose={() => setShowsHistory(false)}
          say={say}
        />
      )}
      <main>
        {(needsKey || isRefused) && <KeyField onKept={askModels} say={say} />}
        <TaskForm
          task={task}
          onChange={setTask}
          onSolve={solve}
          profilesShown={model === "lemma-mini" ? 2 : profiles.length}
          say={say}
        />
        {control.entry ? (
          <Result
            entry={control.entry}
            control={control}
            onEdit={() => edit(control.entry!.task)}
            say={say}
          />
        ) : (
          <Welcome
            model={model}
            language={look.language}
            onPick={(problem) => edit({ ...task, problem })}
            say={say}
          />
        )}
      </main>
    </>
  );
}
