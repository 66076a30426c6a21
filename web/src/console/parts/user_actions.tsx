// What may be done with a user: another role or password, in or out.
import { useState } from "preact/hooks";

import { roles, useConsole, type User } from "../context";
import { useAction } from "../use_data";
import { ConfirmButton } from "./confirm_button";
import { Failure } from "./failure";
import { SelectField, TextField } from "./field";

export function UserActions({ user, onChanged }: { user: User; onChanged(): void }) {
  const { api, say, me, may } = useConsole();
  const [role, setRole] = useState<string>(user.role);
  const [password, setPassword] = useState("");
  const { run, isBusy, failure } = useAction();
  const offered = roles.filter((r) => may("owner") || roles.indexOf(r) < roles.indexOf(me.role));
  const act = (action: string, body: object = {}) =>
    run(async () => {
      await api.send("POST", `/users/${user.id}/${action}`, body);
      onChanged();
    });
  return (
    <details>
      <summary>{say("change")}</summary>
      {/* Each arrow key chooses another one: none counts before the button says so. */}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act("role", { role });
        }}
      >
        <SelectField
          label={say("role")}
          value={role}
          options={offered.map((r) => [r, say(`role.${r}`)] as const)}
          onChange={setRole}
        />
        <button type="submit" aria-disabled={isBusy}>
          {say("setRole")}
        </button>
      </form>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act("password", { password }).then((isSet) => isSet && setPassword(""));
        }}
      >
        <TextField
          label={say("newPassword")}
          type="password"
          value={password}
          onChange={setPassword}
          autocomplete="new-password"
          isRequired
        />
        <button type="submit" aria-disabled={isBusy}>
          {say("setPassword")}
        </button>
      </form>
      <Failure failure={failure} />
      <p class="row">
        <ConfirmButton
          label={say("signOutUser")}
          question={say("signOutQuestion")}
          isBusy={isBusy}
          onConfirm={() => void act("sign-out")}
        />
        {user.has_totp && (
          <ConfirmButton
            label={say("removeTotp")}
            question={say("removeTotpQuestion")}
            isBusy={isBusy}
            onConfirm={() => void act("totp/remove")}
          />
        )}
        {user.disabled ? (
          <button type="button" aria-disabled={isBusy} onClick={() => void act("enable")}>
            {say("enable")}
          </button>
        ) : (
          <ConfirmButton
            label={say("disable")}
            question={say("disableQuestion")}
            isBusy={isBusy}
            onConfirm={() => void act("disable")}
          />
        )}
      </p>
    </details>
  );
}
