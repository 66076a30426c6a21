// What the reader chose: language, theme, API key. The key lives as long as the tab and no longer, as does
// what runs in it.

export type Language = "en" | "zh";
export type Theme = "auto" | "light" | "dark";

const languageName = "lemma.language";
const themeName = "lemma.theme";
const keyName = "lemma.key";
const runningName = "lemma.running";

export function initialLanguage(): Language {
  const chosen = localStorage.getItem(languageName);
  if (chosen === "en" || chosen === "zh") return chosen;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(languageName, language);
}

export function initialTheme(): Theme {
  const chosen = localStorage.getItem(themeName);
  return chosen === "light" || chosen === "dark" ? chosen : "auto";
}

export function keepTheme(theme: Theme): void {
  localStorage.setItem(themeName, theme);
}

// The entry of the history whose run this tab follows, over a reload.
export function storedRunning(): string | null {
  return sessionStorage.getItem(runningName);
}

export function keepRunning(id: string | null): void {
  if (id === null) sessionStorage.removeItem(runningName);
  else sessionStorage.setItem(runningName, id);
}

export function storedKey(): string {
  return sessionStorage.getItem(keyName) ?? "";
}

export function keepKey(key: string): void {
  sessionStorage.setItem(keyName, key);
}
