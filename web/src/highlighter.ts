// Colours for code, loaded when there is some. The result is HTML that the caller sanitises.
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import cpp from "highlight.js/lib/languages/cpp";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";

hljs.registerLanguage("cpp", cpp); // with its aliases: c++, cc, h and so on
hljs.registerAliases("c", { languageName: "cpp" });
// By the words it shares with C++: its own rules take a second for what is "A<A> A<A> ..." for long.
hljs.registerAliases(["csharp", "cs", "c#"], { languageName: "cpp" });
hljs.registerLanguage("bash", bash);
hljs.registerLanguage("go", go);
hljs.registerLanguage("java", java);
hljs.registerLanguage("javascript", javascript);
hljs.registerLanguage("python", python);
hljs.registerLanguage("rust", rust);

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
