// The solve page: what is asked, what came of it, what was asked before.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { ApiError, fetchModels, fetchProfiles, type ServedModel, type ServedProfile } from "./api";
import { clearEntries, readEntries, removeEntries, versionsOf, type Entry } from "./history";
import { LookButtons, useLook } from "./look";
import { HistoryPanel } from "./parts/history_panel";
import { KeyField } from "./parts/key_field";
import { Result } from "./parts/result";
import { TaskForm } from "./parts/task_form";
import { Welcome } from "./parts/welcome";
import { entryOf, isLink } from "./share";
import { emptyTask, type Task } from "./task";
import { storedRunning } from "./settings";
import { mayGoOn, useRun } from "./use_run";
import { speaker } from "./words";

export function App() {
  const look = useLook();
  const [models, setModels] = useState<ServedModel[]>([]); // none: not known
  const [profiles, setProfiles] = useState<ServedProfile[]>([]);
  const [needsKey, setNeedsKey] = useState(false);
  const [task, setTask] = useState<Task>(emptyTask);
  const [root, setRoot] = useState<string | undefined>(); // of the task that is edited
  const [isLinkBroken, setLinkBroken] = useState(false);
  const [entries, setEntries] = useState<Entry[]>([]);
  const [showsHistory, setShowsHistory] = useState(false);
  const runningId = useRef<string | null>(null);
  const historyButton = useRef<HTMLButtonElement>(null);
  const say = speaker(look.language);
  const modelOf = ({ model }: Task) => models.find(({ id }) => id === model) ?? models[0];
  const model = modelOf(task);
  const fitting = profiles.filter(({ fits_model }) => fits_model || model !== models[0]);

  const readHistory = useCallback(() => {
    void readEntries(runningId.current).then(setEntries);
  }, []);
  const control = useRun(readHistory);
  runningId.current = control.isRunning ? control.entry!.id : null;

  // Resolves to whether the server wants another key.
  const askModels = useCallback(async (): Promise<boolean> => {
    fetchProfiles().then(setProfiles, () => {}); // then the server chooses
    const isRefused = await fetchModels().then(
      (all) => {
        setModels(all);
        return false;
      },
      (error) => error instanceof ApiError && error.kind === "key",
    );
    setNeedsKey(isRefused);
    return isRefused;
  }, []);
  useEffect(() => void askModels(), [askModels]);
  useEffect(() => {
    void readEntries(null).then((kept) => {
      setEntries(kept);
      const left = kept.find(({ id }) => id === storedRunning());
      if (left && mayGoOn(left) && !isLink(location.hash)) open(left);
    });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what the page's load finds, once
  }, []);
  useEffect(() => {
    const openLink = async () => {
      if (!isLink(location.hash)) return;
      const shared = await entryOf(location.hash);
      setLinkBroken(shared === null);
      if (shared) control.show(shared);
    };
    const onChange = () => void openLink();
    onChange();
    window.addEventListener("hashchange", onChange);
    return () => window.removeEventListener("hashchange", onChange);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- show() is the same of every render
  }, []);
  // A key may be good no more. What failed for it says so for ever: the server is asked how it is now.
  const refused = control.entry?.run.failure?.kind === "key" ? control.entry.id : null;
  useEffect(() => {
    if (refused !== null) void askModels();
  }, [refused, askModels]);
  useEffect(() => {
    const stopOnEscape = (event: KeyboardEvent) => {
      // The Escape of an input method takes back what it has not written yet.
      if (event.key === "Escape" && !event.isComposing) control.stop();
    };
    document.addEventListener("keydown", stopOnEscape);
    return () => document.removeEventListener("keydown", stopOnEscape);
  });

  const takeKey = async () => {
    const isRefused = await askModels();
    const { entry } = control;
    if (!isRefused && entry && mayGoOn(entry)) control.show(entry); // it may have waited for this key
    return isRefused;
  };
  const solve = () => {
    const tests = task.tests.filter(({ input, output }) => input || output);
    const asked = { ...task, tests, model: model === models[0] ? "" : model!.id };
    if (isJustAsked(asked, control.entry)) return;
    control.start(asked, root);
    setRoot(undefined);
    leaveLink();
  };
  const open = (entry: Entry) => {
    control.show(entry);
    setTask(entry.task);
    setRoot(undefined);
    leaveLink();
  };
  const remove = (gone: Entry[], from: (gone: Entry[]) => Promise<void>) => {
    const removed = from(gone);
    control.drop(gone);
    void removed.then(readHistory);
  };
  const leaveLink = () => {
    setLinkBroken(false);
    if (isLink(location.hash)) history.replaceState(null, "", location.pathname);
  };
  const edit = (edited: Task, editedRoot?: string) => {
    setTask(edited);
    setRoot(editedRoot);
    focusProblem();
  };
  return (
    <>
      <header class="row">
        <h1>Lemma</h1>
        <p class="hint">{models.map(({ id }) => id).join(", ") || say("tagline")}</p>
        <button
          type="button"
          ref={historyButton}
          aria-expanded={showsHistory}
          onClick={() => setShowsHistory(!showsHistory)}
        >
          {say("history")}
        </button>
        <LookButtons look={look} />
      </header>
      {showsHistory && (
        <HistoryPanel
          entries={entries}
          onOpen={open}
          onRemove={(root) => remove(versionsOf(entries, root), removeEntries)}
          onClear={() => remove(entries, clearEntries)}
          onClose={() => {
            setShowsHistory(false);
            historyButton.current?.focus();
          }}
          say={say}
        />
      )}
      <main>
        {needsKey && <KeyField onKept={takeKey} say={say} />}
        <TaskForm
          task={task}
          onChange={setTask}
          onSolve={solve}
          profiles={fitting}
          models={models.map(({ id }) => id)}
          model={model?.id ?? ""}
          isVersion={root !== undefined}
          onAnew={() => {
            setRoot(undefined);
            focusProblem(); // its button goes
          }}
          say={say}
        />
        {isLinkBroken && <p role="alert">{say("sharedBroken")}</p>}
        {control.entry ? (
          <Result
            entry={control.entry}
            control={control}
            contextMax={modelOf(control.entry.task)?.max_model_len ?? 0}
            versions={versionsOf(entries, control.entry.root)}
            onEdit={() => {
              const { task: edited, root: editedRoot, isShared } = control.entry!;
              edit(edited, isShared ? undefined : editedRoot);
            }}
            onVersion={open}
            say={say}
          />
        ) : (
          <Welcome
            model={model?.id ?? ""}
            profiles={fitting}
            language={look.language}
            onPick={(problem) => edit({ ...task, problem })}
            say={say}
          />
        )}
      </main>
    </>
  );
}

const pressMs = 500;

// A double click means one task.
function isJustAsked(asked: Task, shown: Entry | null): boolean {
  if (!shown || Date.now() - shown.run.startedMs > pressMs) return false;
  return JSON.stringify(asked) === JSON.stringify(shown.task);
}

function focusProblem(): void {
  document.getElementById("problem")?.focus();
}
