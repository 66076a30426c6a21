// What was asked and answered, in this browser alone (IndexedDB). Where the browser keeps nothing
// (private windows of some), the page works without a history.
import type { Run } from "./run";
import type { Task } from "./task";

export interface Entry {
  id: string;
  root: string; // the id of the task's first version: asked again or edited, it keeps them all
  isShared?: boolean; // out of a link, to be read only
  task: Task;
  run: Run;
}

const databaseName = "lemma";
const storeName = "runs";
const entriesMax = 500; // then the oldest go

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function withStore<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await openDatabase();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(storeName, mode);
      const request = act(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

// Whether it is kept.
export async function keepEntry(entry: Entry): Promise<boolean> {
  return withStore("readwrite", (store) => store.put(structuredClone(entry))).then(
    () => true,
    () => false,
  );
}

export async function readEntry(id: string): Promise<Entry | undefined> {
  return withStore<Entry | undefined>("readonly", (store) => store.get(id)).catch(() => undefined);
}

async function removeEntry(id: string): Promise<void> {
  await withStore("readwrite", (store) => store.delete(id)).catch(() => {});
}

export async function removeEntries(entries: Entry[]): Promise<void> {
  await Promise.all(entries.map(({ id }) => removeEntry(id)));
}

export async function clearEntries(): Promise<void> {
  await withStore("readwrite", (store) => store.clear()).catch(() => {});
}

// The newest first. One that was running when its page was closed was interrupted.
export async function readEntries(runningId: string | null): Promise<Entry[]> {
  const entries: Entry[] = await withStore("readonly", (store) => store.getAll()).catch(() => []);
  entries.sort((a, b) => b.run.startedMs - a.run.startedMs);
  for (const { id } of entries.splice(entriesMax)) void removeEntry(id);
  for (const entry of entries) {
    const { id, run } = entry;
    entry.root ??= id; // kept before tasks had versions
    if (run.state === "running" && id !== runningId) run.state = "interrupted";
  }
  return entries;
}

// The oldest first.
export function versionsOf(entries: Entry[], root: string): Entry[] {
  return entries.filter((entry) => entry.root === root).reverse();
}

// Of each task its newest version alone.
export function newestOf(entries: Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ root }) => !seen.has(root) && seen.add(root));
}

// How many versions each task has, by its root.
export function countVersions(entries: Entry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { root } of entries) counts.set(root, (counts.get(root) ?? 0) + 1);
  return counts;
}

export function matches(entry: Entry, sought: string): boolean {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = [entry.task.problem, ...entry.run.samples.map((sample) => sample.text)]
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
