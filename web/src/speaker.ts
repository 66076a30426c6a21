// A page's words in the reader's language, with {values} put in. What a newer server says, and they lack, stays as
// it is: "state.lost" is lost.
import type { Language } from "./settings";

export type SayOf<Word extends string> = (
  word: Word,
  values?: Record<string, string | number>,
) => string;

export function speakerOf<Word extends string>(words: Record<Language, Record<Word, string>>) {
  return (language: Language): SayOf<Word> =>
    (word, values = {}) =>
      (words[language][word] ?? word.replace(/^.*\./, "")).replace(
        /\{(\w+)\}/g,
        (_, name: string) => String(values[name] ?? ""),
      );
}
