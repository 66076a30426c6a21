// CodeMirror, set up for TOML. Imported on demand alone. It lives in a shadow root: there its styles
// are objects of script, while a page of this policy takes no <style>.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const theme = EditorView.theme({
  "&": {
    border: "1px solid var(--line)",
    borderRadius: "0.45rem",
    overflow: "hidden", // the gutter's corners
  },
  "&.cm-focused": { outline: "3px solid var(--accent)" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { background: "var(--panel)", color: "var(--faint)", border: "0" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    {
      background: "var(--line)",
    },
  ".cm-deletedChunk": {
    background: "var(--panel)",
    color: "var(--note)",
    textDecoration: "line-through",
  },
  ".cm-changedLine": { background: "var(--panel)", borderLeft: "3px solid var(--good)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.atom, tags.bool], color: "var(--accent)" },
  { tag: [tags.string, tags.number], color: "var(--good)" },
  { tag: tags.comment, color: "var(--faint)" },
]);

const common = (label: string): Extension[] => [
  lineNumbers(),
  EditorView.lineWrapping,
  StreamLanguage.define(toml),
  syntaxHighlighting(colours),
  theme,
  EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
];

function viewIn(place: HTMLElement, doc: string, extensions: Extension[]): EditorView {
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  return new EditorView({ doc, parent: root, root, extensions });
}

// Browsers give what is typed over a selection the colours of that, as a style in its place, which the page's policy
// refuses: here the selection goes without them.
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType } = event;
    if (inputType !== "insertText" || data === null || view.state.selection.main.empty)
      return false;
    view.dispatch(view.state.replaceSelection(data), {
      userEvent: "input.type",
      scrollIntoView: true,
    });
    return true;
  },
});

// Tab leaves it, as it does any other field.
export function editorIn(
  place: HTMLElement,
  label: string,
  text: string,
  onChange: (text: string) => void,
): EditorView {
  return viewIn(place, text, [
    ...common(label),
    EditorView.theme({ "&": { maxHeight: "28rem" } }),
    history(),
    drawSelection(),
    keymap.of([...defaultKeymap, ...historyKeymap]),
    typedOver,
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
  ]);
}

// What `after` has and `before` has not, and the other way round; to be read alone.
export function differenceIn(
  place: HTMLElement,
  label: string,
  before: string,
  after: string,
): EditorView {
  return viewIn(place, after, [
    ...common(label),
    EditorState.readOnly.of(true),
    unifiedMergeView({ original: before, mergeControls: false }),
  ]);
}
