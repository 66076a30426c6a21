// The button below a list that goes on.
import { useConsole } from "../context";
import type { Pages } from "../use_pages";

export function More({ pages }: { pages: Pages<unknown> }) {
  const { say } = useConsole();
  return (
    pages.more && (
      <button type="button" onClick={pages.more}>
        {say("more")}
      </button>
    )
  );
}
