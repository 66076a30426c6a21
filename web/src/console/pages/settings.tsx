// One's own password, second factor and sessions; and how the service was started.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { ConfirmButton } from "../parts/confirm_button";
import { Failure } from "../parts/failure";
import { TextField } from "../parts/field";
import { SecondFactor } from "../parts/second_factor";
import { Table } from "../parts/table";
import { useAction, useData } from "../use_data";

export function Settings() {
  const { say, me, may } = useConsole();
  return (
    <>
      <h2>{say("settings")}</h2>
      <p>
        {me.name}: {say(`role.${me.role}`)}
      </p>
      <OwnPassword />
      <SecondFactor />
      <Sessions />
      {may("admin") && <Configuration />}
    </>
  );
}

function OwnPassword() {
  const { api, say } = useConsole();
  const [password, setPassword] = useState("");
  const [newPassword, setNewPassword] = useState("");
  const [isSet, setIsSet] = useState(false);
  const { run, isBusy, failure } = useAction();
  const change = async () => {
    setIsSet(false);
    await api.send("POST", "/me/password", { password, new_password: newPassword });
    setPassword("");
    setNewPassword("");
    setIsSet(true);
  };
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void run(change);
      }}
    >
      <h3>{say("ownPassword")}</h3>
      <div class="fields">
        <TextField
          label={say("presentPassword")}
          type="password"
          value={password}
          onChange={setPassword}
          autocomplete="current-password"
          isRequired
        />
        <TextField
          label={say("newPassword")}
          type="password"
          value={newPassword}
          onChange={setNewPassword}
          autocomplete="new-password"
          isRequired
        />
      </div>
      <Failure failure={failure} />
      {isSet && <p role="status">{say("passwordSet")}</p>}
      <button type="submit" aria-disabled={isBusy}>
        {say("setPassword")}
      </button>
    </form>
  );
}

interface Session {
  id: string;
  address: string;
  created: string;
  seen: string;
  expires: string;
}

function Sessions() {
  const { api, say, formats } = useConsole();
  const data = useData(() => api.get<{ sessions: Session[] }>("/me/sessions"), []);
  const { run, failure } = useAction();
  const signOut = async () => {
    await api.send("POST", "/sign-out-everywhere");
    api.signedOut();
  };
  return (
    <section>
      <h3>{say("sessions")}</h3>
      <Failure failure={failure ?? data.failure} />
      {data.value && (
        <Table
          label={say("sessions")}
          columns={[say("address"), say("started"), say("seen"), say("expires")]}
          rows={data.value.sessions.map(({ id, address, created, seen, expires }) => ({
            key: id,
            cells: [address, formats.time(created), formats.time(seen), formats.time(expires)],
          }))}
        />
      )}
      <ConfirmButton
        label={say("signOutEverywhere")}
        question={say("signOutQuestion")}
        onConfirm={() => void run(signOut)}
      />
    </section>
  );
}

function Configuration() {
  const { api, say } = useConsole();
  const data = useData(
    () => api.get<Record<string, { values: string[]; is_set: boolean }>>("/config"),
    [],
  );
  return (
    <section>
      <h3>{say("configuration")}</h3>
      <Failure failure={data.failure} />
      {data.value && (
        <Table
          label={say("configuration")}
          columns={[say("option"), say("value"), ""]}
          rows={Object.entries(data.value).map(([name, { values, is_set }]) => ({
            key: name,
            cells: [<code>--{name}</code>, values.join(", "), is_set ? say("isSet") : ""],
          }))}
        />
      )}
    </section>
  );
}
