// Formulas for markdown-it: \( \), \[ \], $ $, $$ $$ and a \boxed{ } that stands alone, each only once
// it is closed, so that a stream never shows half a formula as an error. A dollar sign is money ("$40 or $50") unless what
// it begins starts and ends without a space and no digit follows, as in Pandoc.
import type { MarkdownIt } from "markdown-it";

interface Delimiter {
  open: string;
  close: string;
  isDisplay: boolean;
}

const delimiters: Delimiter[] = [
  { open: "\\(", close: "\\)", isDisplay: false },
  { open: "\\[", close: "\\]", isDisplay: true },
  { open: "$$", close: "$$", isDisplay: true },
  { open: "$", close: "$", isDisplay: false },
];

export interface Formula {
  tex: string;
  isDisplay: boolean;
  end: number; // after its closing delimiter
}

// The formula that begins at `at`; null where none does or it is not closed yet.
export function formulaAt(text: string, at: number): Formula | null {
  if (text.startsWith("\\boxed{", at)) return boxedAt(text, at);
  const delimiter = delimiters.find(({ open }) => text.startsWith(open, at));
  if (!delimiter) return null;
  const { open, close, isDisplay } = delimiter;
  const begin = at + open.length;
  const end = closeOf(text, begin, close);
  if (end < 0) return null;
  const tex = text.slice(begin, end);
  if (open === "$" && !isDollarFormula(text, tex, end)) return null;
  return tex.trim() === "" ? null : { tex, isDisplay, end: end + close.length };
}

// Where `close` stands first that no backslash takes the meaning of; -1: nowhere.
function closeOf(text: string, from: number, close: string): number {
  for (let at = text.indexOf(close, from); at >= 0; at = text.indexOf(close, at + 1)) {
    let n = 0;
    while (at - n > from && text[at - n - 1] === "\\") ++n;
    if (n % 2 === 0) return at;
  }
  return -1;
}

// Models box their answers with and without a formula around.
function boxedAt(text: string, at: number): Formula | null {
  let depth = 0;
  for (let i = at + "\\boxed".length; i < text.length; ++i) {
    if (text[i] === "\\") ++i;
    else if (text[i] === "{") ++depth;
    else if (text[i] === "}" && --depth === 0) {
      return { tex: text.slice(at, i + 1), isDisplay: false, end: i + 1 };
    }
  }
  return null;
}

function isDollarFormula(text: string, tex: string, end: number): boolean {
  return !/^\s|\s$|\n\s*\n/.test(tex) && !/[0-9]/.test(text[end + 1] ?? "");
}

// Puts each formula into <span class="tex">, as text; `data-display` is there for displayed ones.
export function mathRules(md: MarkdownIt): void {
  md.inline.ruler.before("escape", "formula", (state, silent) => {
    const formula = formulaAt(state.src, state.pos);
    if (!formula || formula.end > state.posMax) return false;
    if (!silent) {
      const token = state.push("formula", "span", 0);
      token.content = formula.tex;
      token.meta = { isDisplay: formula.isDisplay };
    }
    state.pos = formula.end;
    return true;
  });
  // In 2*36 + 3*12 nothing is emphasised.
  md.inline.ruler.before("emphasis", "product", (state, silent) => {
    const around = state.src.slice(Math.max(0, state.pos - 1), state.pos + 2);
    if (state.pos === 0 || !/^[\p{L}\p{N})]\*[\p{L}\p{N}(]$/u.test(around)) return false;
    if (!silent) state.pending += "*";
    state.pos += 1;
    return true;
  });
  // A displayed formula has lines of its own, which may begin like a list or hold blank ones.
  md.block.ruler.before(
    "fence",
    "formula_lines",
    (state, startLine, endLine, silent) => {
      const begin = state.bMarks[startLine]! + state.tShift[startLine]!;
      const formula = formulaAt(state.src, begin);
      if (!formula?.isDisplay) return false;
      let line = startLine;
      while (line < endLine && state.eMarks[line]! < formula.end) ++line;
      if (line >= endLine || state.src.slice(formula.end, state.eMarks[line]).trim() !== "") {
        return false; // text follows: it belongs to a paragraph
      }
      if (!silent) {
        const token = state.push("formula", "span", 0);
        token.content = formula.tex;
        token.meta = { isDisplay: true };
      }
      state.line = line + 1;
      return true;
    },
    { alt: ["paragraph", "blockquote", "list"] },
  );
  md.renderer.rules.formula = (tokens, index) => {
    const token = tokens[index]!;
    const display = (token.meta as { isDisplay: boolean }).isDisplay ? ' data-display="1"' : "";
    return `<span class="tex"${display}>${md.utils.escapeHtml(token.content)}</span>`;
  };
}
