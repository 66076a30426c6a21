// A model's text -> nodes of the page. What a model says is hostile until shown otherwise: it is
// never HTML (markdown-it without html), what markdown makes of it is cut down to the few tags
// below, formulas are built by KaTeX without trust, and DOMPurify sees the finished nodes last.
import DOMPurify from "dompurify";
import MarkdownIt, { type MarkdownIt as Markdown } from "markdown-it";

import { blockCharsMax } from "./blocks";
import { mathRules } from "./math_rules";

// Bounds of one step's cost. What is beyond them is shown as it was written.
const formulaCharsMax = 1000;
const formulaDepthMax = 20; // of braces, \left and \begin
const formulaCellsMax = 200; // of its matrices
const elementsMax = 1800; // of one block, formulas included
const tokensMax = 2000; // of markdown, in one block
const tableCellsMax = 3000; // of one block, were all its lines rows of a table

type Katex = typeof import("katex").default;
type Highlighter = typeof import("./highlighter").highlight;
let katex: Katex | null = null;
let highlighter: Highlighter | null = null;

// Each is loaded when first needed. False: it could not be, the server is away; the next text asks
// again.
let katexLoading: Promise<boolean> | null = null;
let highlighterLoading: Promise<boolean> | null = null;

function loadKatex(): Promise<boolean> {
  katexLoading ??= Promise.all([import("katex"), import("katex/dist/katex.min.css")]).then(
    ([module]) => {
      katex = module.default;
      return true;
    },
    () => {
      katexLoading = null;
      return false;
    },
  );
  return katexLoading;
}

function loadHighlighter(): Promise<boolean> {
  highlighterLoading ??= import("./highlighter").then(
    (module) => {
      highlighter = module.highlight;
      return true;
    },
    () => {
      highlighterLoading = null;
      return false;
    },
  );
  return highlighterLoading;
}

const md: Markdown = new MarkdownIt("default", {
  html: false,
  breaks: true, // models end a step with a line, not with a paragraph
  linkify: false,
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

// A block's text as nodes. Its formulas and its code are still as they were written: `unset` lists
// them, in order, each to be given to setElement(), which is a step of its own.
export function markdownNodes(source: string): { root: HTMLElement; unset: HTMLElement[] } {
  const root = document.createElement("div");
  const html = source.length < blockCharsMax - 1 ? renderMarkdown(source) : null;
  if (html === null) {
    root.className = "plain";
    root.textContent = source;
    return { root, unset: [] };
  }
  root.append(DOMPurify.sanitize(html, markdownPolicy));
  for (const link of root.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  return { root, unset: [...root.querySelectorAll<HTMLElement>("span.tex, pre > code[class]")] };
}

// Null where a few characters would become more elements than one step may make (tables do).
function renderMarkdown(source: string): string | null {
  if (mayBeLargeTable(source)) return null;
  const environment = {};
  const tokens = md.parse(source, environment);
  const n = tokens.reduce((sum, token) => sum + 1 + (token.children?.length ?? 0), 0);
  if (n > tokensMax) return null;
  // markdown-it says the alignment of a column as an inline style, which the page's policy forbids.
  return md.renderer
    .render(tokens, md.options, environment)
    .replace(/ style="text-align:(\w+)"/g, ' class="align-$1"');
}

// markdown-it gives each row of a table as many cells as its first one has.
function mayBeLargeTable(source: string): boolean {
  if (source.startsWith("`") || source.startsWith("~")) return false; // code
  const lines = source.split("\n");
  const columns = Math.max(...lines.map((line) => line.split("|").length));
  return columns > 2 && columns * lines.length > tableCellsMax;
}

// Sets one that markdownNodes() left unset; a promise where its library has to be loaded first: when
// it resolves to true, set it again.
export function setElement(element: HTMLElement, root: HTMLElement): Promise<boolean> | null {
  if (element.tagName === "CODE") {
    if (!highlighter) return loadHighlighter();
    const language = /^language-(\S+)/.exec(element.className)?.[1] ?? "";
    const html = highlighter(element.textContent ?? "", language);
    if (html) element.replaceChildren(DOMPurify.sanitize(html, markdownPolicy));
    return null;
  }
  if (!katex) return loadKatex();
  const tex = element.textContent ?? "";
  const formula = formulaNodes(katex, tex, element.dataset.display !== undefined);
  if (!formula || countElements(root) + countElements(formula) > elementsMax) return null;
  DOMPurify.sanitize(formula, finishedPolicy);
  element.replaceChildren(...formula.childNodes);
  return null;
}

// Null where it is no LaTeX that KaTeX knows, or would cost too much.
function formulaNodes(library: Katex, tex: string, isDisplay: boolean): HTMLElement | null {
  if (tex.length > formulaCharsMax || depthOf(tex) > formulaDepthMax) return null;
  if (tex.split(/&|\\\\/).length > formulaCellsMax) return null;
  // A macro of the text's own can grow without end, and no answer needs one.
  if (definesMacro.test(tex)) return null;
  const formula = document.createElement("span");
  try {
    // render(), which builds nodes, and not renderToString(): styles set by script are allowed
    // where styles in markup are not, and its error messages are markup.
    library.render(tex, formula, {
      displayMode: isDisplay,
      throwOnError: true,
      trust: false,
      strict: "ignore",
      maxExpand: 200,
      maxSize: 20,
    });
  } catch {
    return null;
  }
  return formula;
}

const countElements = (root: HTMLElement) => root.getElementsByTagName("*").length;

const definesMacro = /\\([egx]?def|(future)?let|((re)?new|provide)command)(?![a-z])/i;

function depthOf(tex: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [mark] of tex.matchAll(/\\[{}]|[{}]|\\(left|right|begin|end)(?![a-z])/gi)) {
    if (mark === "{" || mark === "\\left" || mark === "\\begin")
      deepest = Math.max(deepest, ++depth);
    else if (mark === "}" || mark === "\\right" || mark === "\\end") --depth;
  }
  return deepest;
}
