// The API key, where the server asks for one.
import { useState } from "preact/hooks";

import { keepKey, storedKey } from "../settings";
import type { Say } from "../words";

interface Props {
  onKept(): Promise<boolean>; // whether the server wants another one
  say: Say;
}

export function KeyField({ onKept, say }: Props) {
  const [key, setKey] = useState(storedKey());
  const [isRefused, setRefused] = useState(key !== "");
  const use = async () => {
    keepKey(key.trim());
    setRefused(false); // so that a second no is heard too
    const isNo = await onKept();
    setRefused(isNo && storedKey() !== "");
    if (!isNo) document.getElementById("problem")?.focus(); // this form goes
  };
  return (
    <form
      class="key"
      onSubmit={(event) => {
        event.preventDefault();
        void use();
      }}
    >
      <label for="key">{say("key")}</label>
      <div class="row">
        <input
          id="key"
          type="password"
          autocomplete="off"
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <button type="submit">{say("keyUse")}</button>
      </div>
      {isRefused && <p role="alert">{say("errorKey")}</p>}
      <p class="hint">{say("keyHint")}</p>
    </form>
  );
}
