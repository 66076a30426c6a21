// A button for what cannot be taken back: it asks once more, in its place. Escape is a no, and who says no
// is where they were.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Props {
  label: string;
  question: string;
  cancel: string; // the word for no
  isBusy?: boolean; // then it does nothing
  onConfirm(): void;
}

export function ConfirmButton({ label, question, cancel, isBusy, onConfirm }: Props) {
  const [asks, setAsks] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const no = useRef<HTMLButtonElement>(null);
  const hasAsked = useRef(false);
  // Before the next key is pressed.
  useLayoutEffect(() => {
    if (asks) no.current?.focus();
    else if (hasAsked.current) opener.current?.focus();
    hasAsked.current = asks;
  }, [asks]);
  if (!asks) {
    return (
      <button
        type="button"
        ref={opener}
        aria-disabled={isBusy}
        onClick={() => !isBusy && setAsks(true)}
      >
        {label}
      </button>
    );
  }
  return (
    <span
      class="confirm row"
      role="group"
      aria-label={question}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation(); // it says no to nothing else
        setAsks(false);
      }}
    >
      <span>{question}</span>
      <button
        type="button"
        class="danger"
        onClick={() => {
          setAsks(false);
          onConfirm();
        }}
      >
        {label}
      </button>
      <button type="button" ref={no} onClick={() => setAsks(false)}>
        {cancel}
      </button>
    </span>
  );
}
