// The users of the console and of the admin API.
import { useState } from "preact/hooks";

import { roles, useConsole, type Role, type User } from "../context";
import { Failure } from "../parts/failure";
import { SelectField, TextField } from "../parts/field";
import { Table } from "../parts/table";
import { UserActions } from "../parts/user_actions";
import { useAction, useData } from "../use_data";

export function Users() {
  const { api, say, formats, me, may } = useConsole();
  const data = useData(() => api.get<{ users: User[] }>("/users"), []);
  const [nMade, setNMade] = useState(0); // each makes the form anew
  // The server's rule: an owner changes everybody, an admin those below.
  const mayChange = (user: User) =>
    may("owner") || roles.indexOf(user.role) < roles.indexOf(me.role);
  return (
    <>
      <h2>{say("users")}</h2>
      <Failure failure={data.failure} />
      {data.value && (
        <Table
          label={say("users")}
          columns={[say("name"), say("role"), say("secondFactor"), say("since"), say("state"), ""]}
          rows={data.value.users.map((user) => ({
            key: user.id,
            cells: [
              user.name,
              say(`role.${user.role}`),
              say(user.has_totp ? "on" : "off"),
              formats.time(user.created),
              say(user.disabled ? "disabled" : "enabled"),
              mayChange(user) && <UserActions user={user} onChanged={data.reload} />,
            ],
          }))}
        />
      )}
      <NewUser
        key={nMade}
        onMade={() => {
          setNMade(nMade + 1);
          data.reload();
        }}
      />
    </>
  );
}

function NewUser({ onMade }: { onMade(): void }) {
  const { api, say, me, may } = useConsole();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [password, setPassword] = useState("");
  const { run, isBusy, failure } = useAction();
  const offered = roles.filter((r) => may("owner") || roles.indexOf(r) < roles.indexOf(me.role));
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => api.send("POST", "/users", { name, role, password })).then((isMade) => {
          if (isMade) onMade();
        });
      }}
    >
      <h3>{say("newUser")}</h3>
      <div class="fields">
        <TextField label={say("name")} value={name} onChange={setName} isRequired />
        <SelectField
          label={say("role")}
          value={role}
          options={offered.map((r) => [r, say(`role.${r}`)] as const)}
          onChange={(value) => setRole(value as Role)}
        />
        <TextField
          label={say("password")}
          type="password"
          value={password}
          onChange={setPassword}
          autocomplete="new-password"
          isRequired
        />
      </div>
      <Failure failure={failure} />
      <button type="submit" aria-disabled={isBusy}>
        {say("create")}
      </button>
    </form>
  );
}
