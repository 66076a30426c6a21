// A text that grows, cut where what stands before can no longer change: each block is typeset once,
// and only the last one again as tokens arrive. What is looked at for one block, and so its cost, has
// a bound, whatever the text is.
import { formulaAt } from "./math_rules";

// A block of so many characters is cut, wherever that is.
export const blockCharsMax = 4000;
// A paragraph or list of so many is cut at the end of a line.
const proseCharsMax = 1500;
// After so many marks on one letter it is cut as well: the time to lay them out grows faster than they do.
const marksMax = 500;

export interface Block {
  source: string;
  end: number; // in the text
  isClosed: boolean; // nothing that may follow changes it
  fence: string; // the line that opened code which goes on in the next block; "": none does
}

const fenceOf = (line: string) => /^\s{0,3}(`{3,}(?!.*`)|~{3,})/.exec(line)?.[1] ?? "";
const isBlank = (line: string) => line.trim() === "";

// The block that begins at `from`, as far as it is known; null where nothing but blank lines is
// there. `fence` is what the block before left open, `isWhole` says that the text grows no more.
export function nextBlock(
  text: string,
  from: number,
  fence: string,
  isWhole: boolean,
): Block | null {
  const start = fence ? from : skipBlankLines(text, from);
  if (start >= text.length) return null;
  const opening = fence ? `${fence}\n` : "";
  const charsMax = blockCharsMax - opening.length;
  const seen = upToMarks(text.slice(start, start + charsMax));
  const isFull = start + seen.length < text.length || seen.length === charsMax;
  const scan = new Scan(seen, fence, isWhole && !isFull);
  const length = scan.lengthOfBlock();
  const block = (to: number, isClosed: boolean, goesOn: string): Block => ({
    source: opening + seen.slice(0, to),
    end: start + to,
    isClosed,
    fence: goesOn,
  });
  if (length !== null) return block(length, true, "");
  if (!isFull) return isBlank(seen) ? null : block(seen.length, isWhole, "");
  const lastLine = seen.lastIndexOf("\n", seen.length - 3) + 1; // shorter than what is cut anywhere
  const isHalf = lastLine < blockCharsMax / 2;
  // A long opening line would leave the next block little of its text.
  const goesOn = scan.openFence.length < blockCharsMax / 4 ? scan.openFence : "";
  const isPair = /[\uD800-\uDBFF]$/.test(seen); // which a cut would part
  return block(isHalf ? seen.length - (isPair ? 1 : 0) : lastLine, true, goesOn);
}

// As much of it as has no more than `marksMax` marks, and what is invisible between them, in a row.
function upToMarks(seen: string): string {
  for (const { 0: marks, index } of seen.matchAll(/[\p{M}\p{Cf}]+/gu))
    if (marks.length > marksMax) return seen.slice(0, index + marksMax);
  return seen;
}

function skipBlankLines(text: string, from: number): number {
  const blankLines = /(?:[^\S\n]*\n)*/y;
  blankLines.lastIndex = from;
  blankLines.exec(text);
  return blankLines.lastIndex;
}

// The lines of one block's window, read in order.
class Scan {
  openFence: string; // the line that opened the code which is still open, where it may be cut

  constructor(
    private readonly seen: string,
    fence: string,
    private readonly isWhole: boolean, // all of the text is seen
  ) {
    this.openFence = fence;
  }

  // How long the block is; null where its end is not seen.
  lengthOfBlock(): number | null {
    let mark = fenceOf(this.openFence);
    let mayHoldFormula = true;
    for (let begin = 0; begin < this.seen.length;) {
      const newline = this.seen.indexOf("\n", begin);
      const isLineWhole = newline >= 0 || this.isWhole;
      const end = newline >= 0 ? newline : this.seen.length;
      const line = this.seen.slice(begin, end);
      const next = end + 1;
      const opens = isLineWhole ? fenceOf(line) : "";
      if (mark) {
        if (opens.startsWith(mark) && line.trim() === opens) {
          if (this.openFence) return end;
          mark = "";
        }
      } else if (opens) {
        const isAtMargin = !/^\s/.test(line);
        if (begin > 0 && isAtMargin) return begin;
        mark = opens;
        if (begin === 0 && isAtMargin) this.openFence = line;
      } else if (mayHoldFormula && /^\s*(\$\$|\\\[)/.test(line)) {
        const after = this.endOfFormula(begin + line.search(/\S/));
        if (after === null) return null;
        if (after > end) {
          begin = after;
          continue;
        }
        mayHoldFormula = after > 0; // looked for once: what is never closed would be sought at each line
      }
      if (!mark && newline >= 0 && this.isEnd(line, next)) return end;
      begin = next;
    }
    return null;
  }

  // 0 where none begins there, null where it may still be closed.
  private endOfFormula(at: number): number | null {
    const formula = formulaAt(this.seen, at);
    if (formula) return formula.end;
    return this.isWhole || this.seen.length === blockCharsMax ? 0 : null;
  }

  // Whether the block ends after `line`; the next one begins at `next`.
  private isEnd(line: string, next: number): boolean {
    if (!isBlank(line) && next < proseCharsMax) return false;
    const rest = this.seen.slice(next).replace(/^(?:[^\S\n]*\n)+/, "");
    if (isBlank(rest)) return this.isWhole && isBlank(line);
    // What is indented belongs to the list item before it, and a row to its table.
    return !/^\s{2,}\S/.test(rest) && (isBlank(line) || !rest.startsWith("|"));
  }
}
