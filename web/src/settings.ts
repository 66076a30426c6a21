// What the reader chose: language, theme, API key. The key lives as long as the tab and no longer, as does
// what runs in it. A browser may keep none of it (storage that is blocked or full): then it is as if nothing was
// chosen.

export type Language = "en" | "zh";
export type Theme = "auto" | "light" | "dark";

const languageName = "lemma.language";
const themeName = "lemma.theme";
const keyName = "lemma.key";
const runningName = "lemma.running";

type Place = "localStorage" | "sessionStorage";

function read(place: Place, name: string): string | null {
  try {
    return window[place].getItem(name); // the storage itself may be what is refused
  } catch {
    return null;
  }
}

function write(place: Place, name: string, text: string | null): void {
  try {
    if (text === null) window[place].removeItem(name);
    else window[place].setItem(name, text);
  } catch {
    // It is not kept.
  }
}

export function initialLanguage(): Language {
  const chosen = read("localStorage", languageName);
  if (chosen === "en" || chosen === "zh") return chosen;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function keepLanguage(language: Language): void {
  write("localStorage", languageName, language);
}

export function initialTheme(): Theme {
  const chosen = read("localStorage", themeName);
  return chosen === "light" || chosen === "dark" ? chosen : "auto";
}

export function keepTheme(theme: Theme): void {
  write("localStorage", themeName, theme);
}

// The entry of the history whose run this tab follows, over a reload.
export function storedRunning(): string | null {
  return read("sessionStorage", runningName);
}

export function keepRunning(id: string | null): void {
  write("sessionStorage", runningName, id);
}

export function storedKey(): string {
  return read("sessionStorage", keyName) ?? "";
}

export function keepKey(key: string): void {
  write("sessionStorage", keyName, key);
}
