// Name, password and, where the user has a second factor, its code.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { CallError, type AdminApi } from "./admin_api";
import type { User } from "./context";
import { FailureText } from "./parts/failure";
import { TextField } from "./parts/field";
import type { Say } from "./words";

interface Props {
  api: AdminApi;
  onSignedIn(me: { user: User; csrf_token: string }): void;
  say: Say;
}

export function SignIn({ api, onSignedIn, say }: Props) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, setNeedsCode] = useState(false);
  const [failure, setFailure] = useState<CallError | null>(null);
  const codePlace = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (needsCode) codePlace.current!.querySelector("input")!.focus(); // what is asked now
  }, [needsCode]);

  const signIn = async (event: Event) => {
    event.preventDefault();
    setFailure(null);
    try {
      const sent = { name, password, ...(needsCode && code ? { code } : {}) };
      onSignedIn(await api.send("POST", "/sign-in", sent));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.code !== "totp_required" || needsCode) setFailure(error);
      if (error.code === "totp_required") setNeedsCode(true);
    }
  };
  return (
    <main tabIndex={-1}>
      <form class="panel sign-in" onSubmit={(event) => void signIn(event)}>
        <h2>{say("signIn")}</h2>
        <TextField
          label={say("name")}
          value={name}
          onChange={setName}
          isRequired
          autocomplete="username"
        />
        <TextField
          label={say("password")}
          type="password"
          value={password}
          onChange={setPassword}
          isRequired
          autocomplete="current-password"
        />
        {needsCode && (
          <div ref={codePlace}>
            <TextField
              label={say("code")}
              value={code}
              onChange={setCode}
              isRequired
              autocomplete="one-time-code"
            />
          </div>
        )}
        <p class="hint" role="status">
          {needsCode && say("codeHint")}
        </p>
        <FailureText failure={failure} say={say} />
        <button type="submit" class="main">
          {say("signIn")}
        </button>
        <p class="hint">{say("signInHint")}</p>
      </form>
    </main>
  );
}
