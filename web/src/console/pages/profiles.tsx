// Task profiles: all of them with what runs, a new one, and each by itself.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { Editor } from "../parts/code";
import { Failure } from "../parts/failure";
import { ProfilePreview } from "../parts/profile_preview";
import { Table } from "../parts/table";
import { newProfile, production, sharesText, type Profile } from "../profiles";
import { linkTo, type Route } from "../route";
import { useAction, useData } from "../use_data";
import { OneProfile } from "./one_profile";

export function Profiles({ route }: { route: Route }) {
  if (route.id) return <OneProfile key={route.id} name={route.id} route={route} />;
  return route.query.has("new") ? <NewProfile /> : <ProfileList />;
}

function ProfileList() {
  const { api, say, formats, may } = useConsole();
  const data = useData(() => api.get<{ profiles: Profile[] }>("/profiles"), []);
  return (
    <>
      <h2>{say("profiles")}</h2>
      <Failure failure={data.failure} />
      {data.value && (
        <Table
          label={say("profiles")}
          columns={[say("name"), say("versions"), say("inProduction"), say("labels")]}
          numeric={[1]}
          rows={data.value.profiles.map(({ name, versions, labels }) => ({
            key: name,
            cells: [
              <a href={linkTo("profiles", name)}>{name}</a>,
              formats.number(versions.length),
              sharesText(labels[production] ?? [], formats.percent),
              Object.keys(labels)
                .filter((label) => label !== production)
                .join(", "),
            ],
          }))}
        />
      )}
      {may("prompt_editor") && (
        <p>
          <a href={linkTo("profiles", "", { new: "1" })}>{say("newProfile")}</a>
        </p>
      )}
    </>
  );
}

function NewProfile() {
  const { api, say } = useConsole();
  const [toml, setToml] = useState(newProfile);
  const { run, isBusy, failure } = useAction();
  const save = async () => {
    const { name } = await api.send<{ name: string }>("POST", "/profiles", { toml });
    location.hash = linkTo("profiles", name);
  };
  return (
    <>
      <p>
        <a href={linkTo("profiles")}>{say("profiles")}</a>
      </p>
      <h2>{say("newProfile")}</h2>
      <Editor label={say("profileFile")} text={toml} onChange={setToml} />
      <Failure failure={failure} />
      <button type="button" aria-disabled={isBusy} onClick={() => void run(save)}>
        {say("saveVersion")}
      </button>
      <ProfilePreview toml={toml} />
    </>
  );
}
