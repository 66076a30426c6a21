// What a page shows, asked of the server; and what it changes there.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { CallError } from "./admin_api";
import { useConsole } from "./context";

export interface Data<T> {
  value: T | null; // the last that came, also where a later call failed
  failure: CallError | null;
  reload(): void;
}

// Loads at first, when `inputs` change, on reload(), and `everyMs` (0: never) after that while somebody may
// see it. Of calls that overlap, the one that began last counts.
export function useData<T>(load: () => Promise<T>, inputs: unknown[], everyMs = 0): Data<T> {
  const { api } = useConsole();
  const [value, setValue] = useState<T | null>(null);
  const [failure, setFailure] = useState<CallError | null>(null);
  const newest = useRef(0);
  const isLoading = useRef(false);
  const reload = useCallback(() => {
    const mine = ++newest.current;
    isLoading.current = true;
    const ended = () => {
      if (mine === newest.current) isLoading.current = false;
    };
    void load()
      .finally(ended)
      .then(
        (loaded) => {
          if (mine !== newest.current) return;
          setValue(loaded);
          setFailure(null);
        },
        (error) => {
          if (mine === newest.current) setFailure(asCallError(error));
        },
      );
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what `load` reads is in `inputs`
  }, inputs);
  useEffect(() => {
    reload();
    const timer =
      everyMs > 0 &&
      setInterval(() => {
        if (!document.hidden && api.isSignedIn && !isLoading.current) reload();
      }, everyMs);
    return () => {
      // eslint-disable-next-line react-hooks/exhaustive-deps -- a count, no node
      newest.current++; // what is still on its way is for nobody
      if (timer) clearInterval(timer);
    };
  }, [reload, everyMs, api.isSignedIn]);
  return { value, failure, reload };
}

export interface Action {
  run(act: () => Promise<unknown>): Promise<boolean>; // whether it succeeded
  isBusy: boolean;
  failure: CallError | null; // of the last run
}

// One at a time: a second one that comes meanwhile is not begun. Buttons say so with aria-disabled: what is
// `disabled` loses the focus.
export function useAction(): Action {
  const [isBusy, setIsBusy] = useState(false);
  const runs = useRef(false);
  const [failure, setFailure] = useState<CallError | null>(null);
  const run = async (act: () => Promise<unknown>) => {
    if (runs.current) return false;
    runs.current = true;
    setIsBusy(true);
    setFailure(null);
    try {
      await act();
      return true;
    } catch (error) {
      setFailure(asCallError(error));
      return false;
    } finally {
      runs.current = false;
      setIsBusy(false);
    }
  };
  return { run, isBusy, failure };
}

// What is no answer of the server's is a fault of this page, and belongs in the browser's console.
function asCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  throw error;
}
