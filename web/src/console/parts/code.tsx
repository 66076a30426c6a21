// A profile's file to be edited, and two of them compared. CodeMirror is fetched with the first.
import type { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";

import { useConsole } from "../context";

type Make = (place: HTMLElement) => Promise<EditorView>;

function useView(make: Make, inputs: unknown[]) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isGone = false;
    let view: EditorView | null = null;
    void make(place.current!).then((made) => {
      if (isGone) made.destroy();
      else view = made;
    });
    return () => {
      isGone = true;
      view?.destroy();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what `make` reads is in `inputs`
  }, inputs);
  return place;
}

interface EditorProps {
  label: string;
  text: string; // whenever it is made: at first, and for another language's label
  onChange(text: string): void;
}

export function Editor({ label, text, onChange }: EditorProps) {
  const { say } = useConsole();
  const place = useView(
    async (element) => (await import("./code_view")).editorIn(element, label, text, onChange),
    [label],
  );
  return (
    <>
      <p class="hint">{say("editorHint")}</p>
      <div class="code-view" ref={place} />
    </>
  );
}

export function Difference({
  label,
  before,
  after,
}: {
  label: string;
  before: string;
  after: string;
}) {
  const place = useView(
    async (element) => (await import("./code_view")).differenceIn(element, label, before, after),
    [label, before, after],
  );
  return <div class="code-view difference" ref={place} />;
}
