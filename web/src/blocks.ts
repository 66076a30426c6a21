// A text that grows, cut where what stands before can no longer change: each block is typeset once,
// and only the last one again as tokens arrive.
import { formulaAt } from "./math_rules";

export function splitBlocks(text: string): string[] {
  const blocks: string[] = [];
  let block: string[] = [];
  let fence = ""; // what closes the code block that is open
  let openedAt = -1; // where in `text` a displayed formula began that is not closed yet
  let offset = 0;
  for (const line of text.split("\n")) {
    const begin = offset;
    offset += line.length + 1;
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const isFormula = openedAt >= 0 && begin < openedAt;
    if (fence) {
      if (mark && mark.startsWith(fence) && line.trim() === mark) fence = "";
    } else if (mark && !isFormula) {
      fence = mark;
    } else if (!isFormula && /^\s*(\$\$|\\\[)/.test(line)) {
      openedAt = formulaAt(text, begin + line.search(/\S/))?.end ?? -1;
    } else if (!isFormula && line.trim() === "" && block.length > 0) {
      blocks.push(block.join("\n"));
      block = [];
      continue;
    }
    // What is indented after a blank line belongs to the list item before it.
    const previous = block.length === 0 && /^\s{2,}\S/.test(line) ? blocks.pop() : undefined;
    if (previous !== undefined) block.push(previous, "");
    block.push(line);
  }
  if (block.some((line) => line.trim() !== "")) blocks.push(block.join("\n"));
  return blocks;
}
