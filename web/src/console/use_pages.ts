// A list that the server tells in pieces, as far as it is shown.
import { useRef, useState } from "preact/hooks";

import { useData, type Data } from "./use_data";

export interface Piece<T> {
  items: T[];
  next: string | null; // what the next piece comes after; null: there is none
}

export interface Pages<T> extends Data<T[]> {
  more: (() => void) | null; // shows one piece more; null: this is all
}

interface Shown<T> extends Piece<T> {
  n: number; // pieces
}

// `load` is called with "" and then with each piece's `next`. One piece more is one call; all that is shown is
// loaded again as useData does.
export function usePages<T>(
  load: (after: string) => Promise<Piece<T>>,
  inputs: unknown[],
  everyMs = 0,
): Pages<T> {
  const [n, setN] = useState(1); // pieces that are to be shown
  const shown = useRef<Shown<T> | null>(null);
  const loadAll = async (): Promise<Shown<T>> => {
    const items: T[] = [];
    let next: string | null = "";
    for (let i = 0; i < n && next !== null; ++i) {
      const piece: Piece<T> = await load(next);
      items.push(...piece.items);
      next = piece.next;
    }
    return { items, next, n };
  };
  const loadMore = async ({ items, next }: Shown<T>): Promise<Shown<T>> => {
    const piece = await load(next!);
    return { items: [...items, ...piece.items], next: piece.next, n };
  };
  const loadWanted = () => {
    const begun = shown.current?.n === n - 1 ? loadMore(shown.current) : loadAll();
    // What a piece comes after may be gone by the time that it is asked for: once more from the start.
    return begun.catch((error) => (n > 1 ? loadAll() : Promise.reject(error)));
  };
  const { value, failure, reload } = useData(loadWanted, [...inputs, n], everyMs);
  shown.current = value;
  return {
    value: value && value.items,
    failure,
    reload,
    // A piece that did not come is asked for again.
    more: value?.next ? () => (n === value.n ? setN(n + 1) : reload()) : null,
  };
}
