// Colours for code, loaded when there is some. The result is HTML that the caller sanitises.
import hljs from "highlight.js/lib/core";
import cpp from "highlight.js/lib/languages/cpp";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import python from "highlight.js/lib/languages/python";

hljs.registerLanguage("cpp", cpp); // with its aliases: c++, cc, h and so on
hljs.registerAliases("c", { languageName: "cpp" });
hljs.registerLanguage("java", java);
hljs.registerLanguage("javascript", javascript);
hljs.registerLanguage("python", python);

// "" where the language is none of these.
export function highlight(code: string, language: string): string {
  return hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : "";
}
