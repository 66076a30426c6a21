// A model's text (or the reader's own), typeset block by block.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { copyOrSelect } from "../clipboard";
import { Typesetter } from "../typesetter";
import type { Say } from "../words";

interface Props {
  text: string;
  isWhole?: boolean; // it grows no more
  say: Say;
}

export function Typeset({ text, isWhole = true, say }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const typesetter = useRef<Typesetter | null>(null);
  const [copy, copied, byHand] = [say("copy"), say("copied"), say("copyByHand")];
  useEffect(() => () => typesetter.current?.stop(), []);
  useLayoutEffect(() => {
    place.current!.replaceChildren();
    typesetter.current?.stop();
    typesetter.current = new Typesetter(place.current!, (block) => {
      for (const pre of block.querySelectorAll("pre")) addCopyButton(pre, { copy, copied, byHand });
    });
  }, [copy, copied, byHand]);
  useLayoutEffect(
    () => typesetter.current!.update(text, isWhole),
    [text, isWhole, copy, copied, byHand],
  );
  return <div class="typeset" ref={place} />;
}

interface CopyWords {
  copy: string;
  copied: string;
  byHand: string; // it could not be copied, and is selected
}

function addCopyButton(pre: HTMLPreElement, { copy, copied, byHand }: CopyWords): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.addEventListener("click", () => {
    void copyOrSelect(pre).then((isCopied) => (button.textContent = isCopied ? copied : byHand));
  });
  const frame = document.createElement("div");
  frame.className = "code";
  pre.replaceWith(frame);
  pre.tabIndex = 0; // so that the keyboard can scroll it
  frame.append(pre, button);
}
