// A text that the server tells once: shown until it is put away, with a button that copies it. Until then it
// has the focus, which then goes back to where it was, or, where that was a form made anew, to the page itself.
import { useEffect, useRef, useState } from "preact/hooks";

import { copyOrSelect } from "../../clipboard";
import { useConsole } from "../context";

interface Props {
  title: string;
  text: string;
  onDone(): void;
}

export function Secret({ title, text, onDone }: Props) {
  const { say } = useConsole();
  const [copyWord, setCopyWord] = useState<"copy" | "copied" | "copyByHand">("copy");
  const section = useRef<HTMLElement>(null);
  const told = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    section.current?.focus();
    return () => {
      const isThere = before instanceof HTMLElement && before.isConnected;
      if (isThere && before !== document.body) before.focus();
      else document.querySelector("main")?.focus();
    };
  }, []);
  return (
    <section class="panel secret" role="status" aria-label={title} ref={section} tabIndex={-1}>
      <h3>{title}</h3>
      <p>{say("shownOnce")}</p>
      <pre class="plain" tabIndex={0} ref={told}>
        {text}
      </pre>
      <p class="row">
        <button
          type="button"
          onClick={() =>
            void copyOrSelect(told.current!).then((isCopied) =>
              setCopyWord(isCopied ? "copied" : "copyByHand"),
            )
          }
        >
          {say(copyWord)}
        </button>
        <button type="button" onClick={onDone}>
          {say("putAway")}
        </button>
      </p>
    </section>
  );
}
