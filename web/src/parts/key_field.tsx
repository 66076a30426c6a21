// The API key, where the server asks for one.
import { useState } from "preact/hooks";

import { keepKey, storedKey } from "../settings";
import type { Say } from "../words";

export function KeyField({ onKept, say }: { onKept(): void; say: Say }) {
  const [key, setKey] = useState(storedKey());
  return (
    <form
      class="key"
      onSubmit={(event) => {
        event.preventDefault();
        keepKey(key.trim());
        onKept();
        document.getElementById("problem")?.focus(); // this form goes
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
      <p class="hint">{say("keyHint")}</p>
    </form>
  );
}
