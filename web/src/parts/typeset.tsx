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
    typesetter.current = new Typesetter(place.current!, (block, goesOn) => {
      for (const [index, pre] of block.querySelectorAll("pre").entries()) {
        frame(pre, goesOn && index === 0 ? null : { copy, copied, byHand });
      }
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

// `words`: null where the code began in a block before, whose button copies all of it.
function frame(pre: HTMLPreElement, words: CopyWords | null): void {
  const place = document.createElement("div");
  place.className = words ? "code" : "code goes-on";
  pre.replaceWith(place);
  pre.tabIndex = 0; // so that the keyboard can scroll it
  place.append(pre);
  if (words) place.append(copyButton(place, words));
}

function copyButton(place: HTMLElement, { copy, copied, byHand }: CopyWords): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.addEventListener("click", () => {
    void copyOrSelect(...codeFrom(place)).then(
      (isCopied) => (button.textContent = isCopied ? copied : byHand),
    );
  });
  return button;
}

// The pieces of the code that begins there.
function codeFrom(place: HTMLElement): Element[] {
  const frames = [...place.closest(".typeset")!.querySelectorAll(".code")];
  const [first, ...after] = frames.slice(frames.indexOf(place));
  const end = after.findIndex(({ classList }) => !classList.contains("goes-on"));
  const pieces = [first!, ...after.slice(0, end < 0 ? after.length : end)];
  return pieces.map((piece) => piece.querySelector("pre")!);
}
