// The focus, kept on the page and in sight.
import { useLayoutEffect } from "preact/hooks";

// Where what has the focus goes (a button with its row, a link with its list, a form with its session), the focus
// goes to what was around it, or to the begin of the page: without one, the keyboard is nowhere. And what has the focus
// and is in sight stays there where what comes above it (what went wrong, a row, a form) would push it out of a small
// window; who has scrolled away from it is not called back, nor is who reads the list that goes on in its place.
export function useFocusKept() {
  useLayoutEffect(() => {
    let trail: Element[] = []; // what had the focus last, and what is around that
    let wasInSight = false; // that, when the page changed, was scrolled or got a size last
    const look = () => {
      wasInSight = trail[0] !== undefined && isInSight(trail[0]);
    };
    const follow = ({ target }: FocusEvent) => {
      trail = [];
      for (let at = target as Element | null; at; at = at.parentElement) trail.push(at);
      look();
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
    const keepInSight = () => {
      const active = document.activeElement;
      if (wasInSight && active && active === trail[0] && !isInSight(active) && isNear(active)) {
        active.scrollIntoView({ block: "nearest" });
      }
      look();
    };
    const observer = new MutationObserver(() => {
      repair();
      keepInSight();
    });
    observer.observe(document.body, {
      childList: true,
      subtree: true,
      attributeFilter: ["hidden"],
    });
    document.addEventListener("focusin", follow);
    addEventListener("scroll", look, true); // of tables too
    addEventListener("resize", look);
    return () => {
      observer.disconnect();
      document.removeEventListener("focusin", follow);
      removeEventListener("scroll", look, true);
      removeEventListener("resize", look);
    };
  }, []);
}

const isShown = (element: Element) => element.isConnected && !element.closest("[hidden]");

function isInSight(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

// Within a window's height of the window.
function isNear(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > -innerHeight && top < 2 * innerHeight;
}
