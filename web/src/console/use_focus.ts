// The focus, kept on the page.
import { useLayoutEffect } from "preact/hooks";

// Where what has the focus is gone once this is drawn anew, as a link is with the list that it leads from, the
// focus goes to the begin of what is there then.
export function useFocusKept() {
  const focused = document.activeElement;
  useLayoutEffect(() => {
    if (!focused?.isConnected) document.querySelector("main")?.focus({ preventScroll: true });
  });
}
