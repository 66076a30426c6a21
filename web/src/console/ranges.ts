// Spans of time that end now, and the buckets in which charts cut them.
import type { Word } from "./words";

const minutes = { "15m": 15, "1h": 60, "6h": 360, "1d": 1440, "7d": 10_080, "30d": 43_200 };
export type Range = keyof typeof minutes;

export const ranges: readonly (readonly [Range, Word])[] = [
  ["15m", "range15m"],
  ["1h", "range1h"],
  ["6h", "range6h"],
  ["1d", "range1d"],
  ["7d", "range7d"],
  ["30d", "range30d"],
];

// What an address says, which may be anything.
export function rangeOf(text: string | null, otherwise: Range): Range {
  return ranges.find(([range]) => range === text)?.[0] ?? otherwise;
}

export function beginOf(range: Range): number {
  return Date.now() - minutes[range] * 60_000;
}

// 15 to 168 buckets. Usage is kept by the hour after seven days, so longer spans take whole hours.
export function bucketMinutesOf(range: Range): number {
  return { "15m": 1, "1h": 1, "6h": 5, "1d": 15, "7d": 60, "30d": 360 }[range];
}

// For a table: minutes, hours or days.
export function stepMinutesOf(range: Range): number {
  return { "15m": 1, "1h": 1, "6h": 60, "1d": 60, "7d": 1440, "30d": 1440 }[range];
}

// The beginnings of all buckets of the span, the one that runs last; in Unix milliseconds, as the
// server cuts them.
export function bucketsOf(range: Range): number[] {
  const length = bucketMinutesOf(range) * 60_000;
  const buckets = [];
  for (let at = Math.floor(beginOf(range) / length) * length; at <= Date.now(); at += length) {
    buckets.push(at);
  }
  return buckets;
}
