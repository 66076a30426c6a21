// A list that the server tells in pieces, as far as it is shown.
import { useState } from "preact/hooks";

import { useData, type Data } from "./use_data";

export interface Piece<T> {
  items: T[];
  next: string | null; // what the next piece comes after; null: there is none
}

export interface Pages<T> extends Data<T[]> {
  more: (() => void) | null; // shows one piece more; null: this is all
}

// `load` is called with "" and then with each piece's `next`; all that is shown is loaded again as useData does.
export function usePages<T>(
  load: (after: string) => Promise<Piece<T>>,
  inputs: unknown[],
  everyMs = 0,
): Pages<T> {
  const [n, setN] = useState(1); // pieces that are shown
  const loadAll = async (): Promise<Piece<T>> => {
    const items: T[] = [];
    let next: string | null = "";
    for (let i = 0; i < n && next !== null; ++i) {
      const piece: Piece<T> = await load(next);
      items.push(...piece.items);
      next = piece.next;
    }
    return { items, next };
  };
  // What a piece comes after may be gone by the time that it is asked for: once more from the start.
  const loadTwice = () => loadAll().catch((error) => (n > 1 ? loadAll() : Promise.reject(error)));
  const { value, failure, reload } = useData(loadTwice, [...inputs, n], everyMs);
  return {
    value: value && value.items,
    failure,
    reload,
    more: value?.next ? () => setN(n + 1) : null,
  };
}
