// A link to a task and its answer, which holds both.
import { useRef, useState } from "preact/hooks";

import { copy } from "../clipboard";
import type { Entry } from "../history";
import { linkOf } from "../share";
import type { Say } from "../words";

interface Link {
  entry: Entry; // of which it is
  url: string | null; // null: it would be too long
  isCopied: boolean;
}

export function Share({ entry, say }: { entry: Entry; say: Say }) {
  const [link, setLink] = useState<Link | null>(null);
  const shown = useRef(entry);
  shown.current = entry;
  const share = async () => {
    const url = await linkOf(entry);
    if (shown.current !== entry) return; // nobody asked for the link of what is shown now
    const isCopied = url !== null && (await copy(url));
    setLink({ entry, url, isCopied });
  };
  return (
    <>
      <button type="button" onClick={() => void share()}>
        {say("share")}
      </button>
      {link?.entry === entry && (
        <p class="shared" role="status">
          {say(link.url === null ? "shareTooLong" : link.isCopied ? "shareHint" : "shareByHand")}
          {link.url !== null && (
            <input
              readOnly
              aria-label={say("shareLink")}
              value={link.url}
              onFocus={(event) => event.currentTarget.select()}
            />
          )}
        </p>
      )}
    </>
  );
}
