// A model's text (or the reader's own), typeset block by block.
import { memo } from "preact/compat";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { splitBlocks } from "../blocks";
import { typeset } from "../typeset";
import type { Say } from "../words";

export function Typeset({ text, say }: { text: string; say: Say }) {
  return (
    <div class="typeset">
      {splitBlocks(text).map((block, index) => (
        <Block key={index} source={block} copy={say("copy")} copied={say("copied")} />
      ))}
    </div>
  );
}

interface BlockProps {
  source: string;
  copy: string;
  copied: string;
}

const Block = memo(function Block({ source, copy, copied }: BlockProps) {
  const place = useRef<HTMLDivElement>(null);
  const [version, setVersion] = useState(0);
  useLayoutEffect(() => {
    const root = typeset(source, () => setVersion((n) => n + 1));
    for (const pre of root.querySelectorAll("pre")) addCopyButton(pre, copy, copied);
    place.current!.replaceChildren(root);
  }, [source, copy, copied, version]);
  return <div ref={place} />;
});

function addCopyButton(pre: HTMLPreElement, copy: string, copied: string): void {
  const code = pre.textContent ?? "";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(code).then(() => (button.textContent = copied));
  });
  const frame = document.createElement("div");
  frame.className = "code";
  pre.replaceWith(frame);
  pre.tabIndex = 0; // so that the keyboard can scroll it
  frame.append(pre, button);
}
