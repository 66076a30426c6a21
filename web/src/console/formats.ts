// Numbers and times as the reader's language writes them.
import type { Language } from "../settings";

export interface Formats {
  number(value: number): string;
  percent(part: number, whole: number): string; // "" of nothing
  milliseconds(value: number | null): string; // "" where nobody knows it
  time(value: string | number | null): string; // an ISO text or Unix milliseconds; "" for null
  tick(unixMs: number, isOfDays: boolean): string; // of a time axis: the day, or the hour within it
}

export function formatsOf(language: Language): Formats {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const small = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  const time = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "medium" });
  const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
  const hour = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  return {
    number: (value) => (Math.abs(value) < 1 ? small : number).format(value),
    percent: (part, whole) => (whole > 0 ? percent.format(part / whole) : ""),
    milliseconds: (value) => {
      if (value === null) return "";
      if (value >= 10_000) return `${number.format(Math.round(value / 100) / 10)} s`;
      return `${number.format(value >= 10 ? Math.round(value) : value)} ms`;
    },
    // Not torn apart where a column is narrow.
    time: (value) => (value === null ? "" : time.format(new Date(value)).replace(" ", "\u00a0")),
    tick(unixMs, isOfDays) {
      const at = new Date(unixMs);
      const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
      return (isOfDays || isMidnight ? day : hour).format(at);
    },
  };
}
