// The button below a list that goes on; once it has shown the rest, that there is no more. Who has pressed it stays
// where the list was: at its end.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { useConsole } from "../context";
import type { Pages } from "../use_pages";

export function More({ pages }: { pages: Pages<unknown> }) {
  const { say } = useConsole();
  const [isUsed, setIsUsed] = useState(false);
  const end = useRef<HTMLParagraphElement>(null);
  const isAtEnd = isUsed && !pages.more;
  useLayoutEffect(() => {
    // The button went, and the focus with it.
    if (isAtEnd && document.activeElement === document.body) end.current?.focus();
  }, [isAtEnd]);
  if (pages.more) {
    const more = pages.more;
    const showMore = () => {
      setIsUsed(true);
      more();
    };
    return (
      <button type="button" onClick={showMore}>
        {say("more")}
      </button>
    );
  }
  return (
    isAtEnd && (
      <p class="hint" tabIndex={-1} ref={end}>
        {say("noMore")}
      </p>
    )
  );
}
