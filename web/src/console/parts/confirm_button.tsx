// A button for what cannot be taken back: it asks once more, in its place.
import { useEffect, useRef, useState } from "preact/hooks";

import { useConsole } from "../context";

interface Props {
  label: string;
  question: string;
  isDisabled?: boolean;
  onConfirm(): void;
}

export function ConfirmButton({ label, question, isDisabled, onConfirm }: Props) {
  const { say } = useConsole();
  const [asks, setAsks] = useState(false);
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asks) no.current?.focus();
  }, [asks]);
  if (!asks) {
    return (
      <button type="button" disabled={isDisabled} onClick={() => setAsks(true)}>
        {label}
      </button>
    );
  }
  return (
    <span class="confirm row" role="group" aria-label={question}>
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
        {say("cancel")}
      </button>
    </span>
  );
}
