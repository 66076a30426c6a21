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

const depthMax = 20; // of colours within colours; what is deeper costs the page more than it shows

// "" where the language is none of these, or the colours would nest too deep.
export function highlight(code: string, language: string): string {
  if (!hljs.getLanguage(language)) return "";
  const html = hljs.highlight(code, { language }).value;
  return depthOf(html) > depthMax ? "" : html;
}

function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [tag] of html.matchAll(/<\/?span/g)) {
    depth += tag === "<span" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
