// How a page looks to its reader: the language and the theme, and the two buttons that change them.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

import {
  initialLanguage,
  initialTheme,
  keepLanguage,
  keepTheme,
  type Language,
  type Theme,
} from "./settings";
import { speakerOf } from "./speaker";

const speaker = speakerOf({
  en: { other: "中文", auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" },
  zh: { other: "English", auto: "主题:跟随系统", light: "主题:浅色", dark: "主题:深色" },
});
const nextTheme: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };

export interface Look {
  language: Language;
  theme: Theme;
  isDark: boolean; // what `theme` comes to on this system, now
  switchLanguage(): void;
  switchTheme(): void;
}

const systemDark = matchMedia("(prefers-color-scheme: dark)");

export function useLook(): Look {
  const [language, setLanguage] = useState(initialLanguage);
  const [theme, setTheme] = useState(initialTheme);
  const [isSystemDark, setIsSystemDark] = useState(systemDark.matches);
  useEffect(() => {
    const changed = () => setIsSystemDark(systemDark.matches);
    systemDark.addEventListener("change", changed);
    return () => systemDark.removeEventListener("change", changed);
  }, []);
  // In the frame whose words are the language's, and whose button names the theme.
  useLayoutEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset.theme = theme;
  }, [language, theme]);
  return {
    language,
    theme,
    isDark: theme === "auto" ? isSystemDark : theme === "dark",
    switchLanguage() {
      const next = language === "en" ? "zh" : "en";
      keepLanguage(next);
      setLanguage(next);
    },
    switchTheme() {
      keepTheme(nextTheme[theme]);
      setTheme(nextTheme[theme]);
    },
  };
}

export function LookButtons({ look }: { look: Look }) {
  const say = speaker(look.language);
  return (
    <>
      <button type="button" onClick={look.switchLanguage}>
        {say("other")}
      </button>
      <button type="button" onClick={look.switchTheme}>
        {say(look.theme)}
      </button>
    </>
  );
}
