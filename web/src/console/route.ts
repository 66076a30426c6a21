// Which page is shown, as the part of the address after #: "#/keys/key_1f?days=7".
import { useLayoutEffect, useState } from "preact/hooks";

export interface Route {
  page: string;
  id: string; // "": the page's list
  query: URLSearchParams;
}

function readRoute(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [page = "", ...rest] = path.split("/");
  return { page, id: decoded(rest.join("/")), query: new URLSearchParams(query) };
}

// What nobody can have encoded so ("%") stays as it is: an address may be typed by hand.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The address of a page; members of `query` that are "" or undefined are left out.
export function linkTo(
  page: string,
  id = "",
  query: Record<string, string | undefined> = {},
): string {
  const sent = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) sent.set(name, value);
  const text = sent.toString();
  return `#/${page}${id ? `/${encodeURIComponent(id)}` : ""}${text ? `?${text}` : ""}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(readRoute);
  // From the first frame on: links are followed as soon as they are seen.
  useLayoutEffect(() => {
    const read = () => setRoute(readRoute());
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return route;
}
