// Numbers and times as the reader's language writes them.
import type { Language } from "../settings";

export interface Formats {
  number(value: number): string;
  percent(part: number, whole: number): string; // "" of nothing
  milliseconds(value: number | null): string; // "" where nobody knows it
  time(value: string | number | null): string; // an ISO text or Unix milliseconds; "" for null
}

export function formatsOf(language: Language): Formats {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  const time = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "medium" });
  return {
    number: (value) => number.format(value),
    percent: (part, whole) => (whole > 0 ? percent.format(part / whole) : ""),
    milliseconds: (value) => {
      if (value === null) return "";
      if (value >= 10_000) return `${number.format(Math.round(value / 100) / 10)} s`;
      return `${number.format(value >= 10 ? Math.round(value) : value)} ms`;
    },
    time: (value) => (value === null ? "" : time.format(new Date(value))),
  };
}
