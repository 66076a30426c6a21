// The focus, kept on the page.
import { useLayoutEffect } from "preact/hooks";

// Where what has the focus goes (a button with its row, a link with its list, a form with its session), the focus
// goes to what was around it, or to the begin of the page: without one, the keyboard is nowhere.
export function useFocusKept() {
  useLayoutEffect(() => {
    let trail: Element[] = []; // what had the focus last, and what is around that
    const follow = ({ target }: FocusEvent) => {
      trail = [];
      for (let at = target as Element | null; at; at = at.parentElement) trail.push(at);
    };
    const repair = () => {
      const [focused] = trail;
      const active = document.activeElement;
      if (!focused || isShown(focused) || (active && active !== document.body && isShown(active))) {
        return;
      }
      const around = trail.find((element) => element.matches("[tabindex]") && isShown(element));
      const place = around ?? document.querySelector("main");
      (place as HTMLElement | null)?.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(repair);
    observer.observe(document.body, {
      childList: true,
      subtree: true,
      attributeFilter: ["hidden"],
    });
    document.addEventListener("focusin", follow);
    return () => {
      observer.disconnect();
      document.removeEventListener("focusin", follow);
    };
  }, []);
}

const isShown = (element: Element) => element.isConnected && !element.closest("[hidden]");
