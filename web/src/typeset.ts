// A model's text -> nodes of the page. What a model says is hostile until shown otherwise: it is
// never HTML (markdown-it without html), what markdown makes of it is cut down to the few tags
// below, formulas are built by KaTeX without trust, and DOMPurify sees the finished nodes last.
import DOMPurify from "dompurify";
import MarkdownIt, { type MarkdownIt as Markdown } from "markdown-it";

import { mathRules } from "./math_rules";

// A text without a blank line for so long is no prose: it is shown as it is, at a fixed cost.
const blockCharsMax = 8000;
const formulaCharsMax = 2000;

type Katex = typeof import("katex").default;
type Highlighter = typeof import("./highlighter").highlight;
let katex: Katex | null = null;
let highlighter: Highlighter | null = null;
let waiting = new Set<() => void>(); // who is to typeset again when one of them has come
const asked = new Set<string>();

// Loaded when first needed, at most once.
function need(name: "katex" | "highlighter"): void {
  if (asked.has(name)) return;
  asked.add(name);
  const loaded =
    name === "katex"
      ? Promise.all([import("katex"), import("katex/dist/katex.min.css")]).then(([module]) => {
          katex = module.default;
        })
      : import("./highlighter").then((module) => {
          highlighter = module.highlight;
        });
  loaded.then(
    () => {
      const callbacks = waiting;
      waiting = new Set();
      callbacks.forEach((callback) => callback());
    },
    () => asked.delete(name), // the server is away: the next text asks again
  );
}

const md: Markdown = new MarkdownIt("default", {
  html: false,
  breaks: true, // models end a step with a line, not with a paragraph
  linkify: false,
  highlight: (code, language) => {
    if (!highlighter) need("highlighter");
    return highlighter?.(code, language) ?? md.utils.escapeHtml(code);
  },
});
md.set({ maxNesting: 20 });
md.disable(["image", "html_block", "html_inline", "reference"], true);
md.use(mathRules);
md.validateLink = (url) => /^(https?|mailto):/i.test(url.trim());

const markdownPolicy = {
  ALLOWED_TAGS:
    "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre s span strong table tbody td th thead tr ul".split(
      " ",
    ),
  ALLOWED_ATTR: ["class", "href", "start", "data-display"],
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
};
// KaTeX's MathML, for screen readers, keeps the source in an annotation.
const finishedPolicy = {
  ADD_TAGS: ["semantics", "annotation"],
  ADD_ATTR: ["encoding", "target"],
  FORBID_TAGS: ["form", "input", "img", "style", "iframe", "video", "audio"],
  FORBID_ATTR: ["id", "name"],
  IN_PLACE: true as const,
};

// `onLoaded` is called once where a formula or code had to be left plain since its library is still
// on the way: call again then.
export function typeset(source: string, onLoaded: () => void): HTMLElement {
  const root = document.createElement("div");
  if (source.length > blockCharsMax) {
    root.className = "plain";
    root.textContent = source;
    return root;
  }
  const before = katex !== null && highlighter !== null;
  // markdown-it says the alignment of a column as an inline style, which the page's policy forbids.
  const html = md.render(source).replace(/ style="text-align:(\w+)"/g, ' class="align-$1"');
  root.append(DOMPurify.sanitize(html, markdownPolicy));
  for (const link of root.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  for (const span of root.querySelectorAll<HTMLElement>("span.tex")) typesetFormula(span);
  DOMPurify.sanitize(root, finishedPolicy);
  if (!before && root.querySelector("span.tex, pre code")) waiting.add(onLoaded);
  return root;
}

function typesetFormula(span: HTMLElement): void {
  const tex = span.textContent ?? "";
  if (!katex) return need("katex");
  if (tex.length > formulaCharsMax) return;
  try {
    // render(), which builds nodes, and not renderToString(): styles set by script are allowed
    // where styles in markup are not, and its error messages are markup.
    katex.render(tex, span, {
      displayMode: span.dataset.display !== undefined,
      throwOnError: true,
      trust: false,
      strict: "ignore",
      maxExpand: 200,
      maxSize: 20,
    });
  } catch {
    span.textContent = tex; // no LaTeX that KaTeX knows: it is shown as it was written
  }
}
