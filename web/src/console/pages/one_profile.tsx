// One task profile: its labels, a version to read, change, preview and compare, and how versions do.
import { useRef, useState } from "preact/hooks";

import { useConsole } from "../context";
import { Difference, Editor } from "../parts/code";
import { Failure } from "../parts/failure";
import { SelectField } from "../parts/field";
import { ProfileGate } from "../parts/profile_gate";
import { ProfileLabels } from "../parts/profile_labels";
import { ProfilePreview } from "../parts/profile_preview";
import { Table } from "../parts/table";
import { beginOf } from "../ranges";
import { linkTo, type Route } from "../route";
import { fetchUsage } from "../usage";
import { production, type Profile } from "../profiles";
import { useAction, useData } from "../use_data";

export function OneProfile({ name, route }: { name: string; route: Route }) {
  const { api, say } = useConsole();
  const data = useData(() => api.get<Profile>(`/profiles/${encodeURIComponent(name)}`), [name]);
  const panel = useRef<HTMLElement>(null);
  const first = useRef<number | undefined>(undefined); // the version that is shown while none is chosen
  const edits = useRef(new Map<number, string>()); // of versions, not saved yet
  const profile = data.value;
  if (!profile) return <Failure failure={data.failure} />;
  first.current ??= profile.labels[production]?.[0]?.version ?? profile.versions.at(-1);
  const version = Number(route.query.get("version") ?? first.current);
  const show = (shown: string | number) => {
    location.hash = linkTo("profiles", name, { version: String(shown) });
  };
  return (
    <>
      <p>
        <a href={linkTo("profiles")}>{say("profiles")}</a>
      </p>
      <h2>{name}</h2>
      <Failure failure={data.failure} />
      <ProfileLabels profile={profile} onChanged={data.reload} />
      <section class="panel" ref={panel}>
        <SelectField
          label={say("version")}
          value={String(version)}
          options={profile.versions.map((v) => [String(v), String(v)] as const)}
          onChange={show}
        />
        <VersionFile
          key={version}
          profile={profile}
          version={version}
          edits={edits.current}
          onSaved={(saved) => {
            // What was pressed goes with the file that it saved: the focus to what names the new one.
            panel.current?.querySelector("select")?.focus();
            data.reload();
            show(saved);
          }}
        />
      </section>
      <ProfileGate
        key={`gate ${version} ${JSON.stringify(profile.labels)}`}
        profile={profile}
        version={version}
      />
      <Results name={name} />
    </>
  );
}

interface FileProps {
  profile: Profile;
  version: number;
  edits: Map<number, string>;
  onSaved(version: number): void;
}

function VersionFile({ profile, version, edits, onSaved }: FileProps) {
  const { api, say, may } = useConsole();
  const { name } = profile;
  const [edited, setEdited] = useState(edits.get(version));
  const { run, isBusy, failure } = useAction();
  const file = useData(() => fetchToml(api, name, version), [name, version]);
  if (file.value === null) return <Failure failure={file.failure} />;
  const toml = edited ?? file.value;
  const isSame = toml === file.value;
  const edit = (text: string) => {
    edits.set(version, text);
    setEdited(text);
  };
  const save = async () => {
    const saved = await api.send<{ name: string; version: number }>("POST", "/profiles", { toml });
    edits.delete(version);
    if (saved.name === name) onSaved(saved.version);
    else location.hash = linkTo("profiles", saved.name);
  };
  return (
    <>
      <Editor label={say("profileFile")} text={toml} onChange={edit} />
      {may("prompt_editor") && (
        <>
          <Failure failure={failure} />
          <button
            type="button"
            aria-disabled={isBusy || isSame}
            onClick={() => !isSame && void run(save)}
          >
            {say("saveVersion")}
          </button>
        </>
      )}
      <ProfilePreview toml={toml} />
      <Compare profile={profile} version={version} toml={toml} />
    </>
  );
}

async function fetchToml(api: ReturnType<typeof useConsole>["api"], name: string, version: number) {
  return (
    await api.get<{ toml: string }>(`/profiles/${encodeURIComponent(name)}/versions/${version}`)
  ).toml;
}

// The text above, with what was changed in it, against another version.
function Compare({ profile, version, toml }: { profile: Profile; version: number; toml: string }) {
  const { api, say } = useConsole();
  const [other, setOther] = useState("");
  const before = useData(
    async () => (other ? fetchToml(api, profile.name, Number(other)) : null),
    [other],
  );
  return (
    <section>
      <SelectField
        label={say("compareWith")}
        value={other}
        options={[
          ["", say("none")],
          ...profile.versions.map((v) => [String(v), String(v)] as const),
        ]}
        onChange={setOther}
      />
      <Failure failure={before.failure} />
      {other && before.value !== null && (
        <Difference label={`${other} - ${version}`} before={before.value} after={toml} />
      )}
    </section>
  );
}

// By the requests of 30 days: what an A/B split has shown.
function Results({ name }: { name: string }) {
  const { api, say, formats } = useConsole();
  const usage = useData(
    () => fetchUsage(api, { profile: name, group_by: "profile_version", from_ms: beginOf("30d") }),
    [name],
  );
  const each = (sum: number, count: number) =>
    count > 0 ? formats.number(Math.round(sum / count)) : "";
  return (
    <section>
      <h3>{say("results")}</h3>
      <Failure failure={usage.failure} />
      {usage.value && (
        <Table
          label={say("results")}
          columns={[
            say("version"),
            say("requests"),
            say("success"),
            say("truncated"),
            say("looped"),
            say("tokensEach"),
            `${say("latency.answer")} P50`,
            `${say("latency.whole")} P50`,
            `${say("latency.whole")} P95`,
          ]}
          numeric={[1, 2, 3, 4, 5, 6, 7, 8]}
          rows={usage.value.groups.map((group) => ({
            key: group.profile_version!,
            cells: [
              <a href={linkTo("profiles", name, { version: group.profile_version })}>
                {group.profile_version}
              </a>,
              formats.number(group.requests),
              formats.percent(group.requests - group.errors, group.requests),
              formats.percent(group.truncated, group.requests),
              formats.percent(group.looped, group.requests),
              each(group.completion_tokens, group.requests - group.errors),
              formats.milliseconds(group.answer.p50_ms),
              formats.milliseconds(group.whole.p50_ms),
              formats.milliseconds(group.whole.p95_ms),
            ],
          }))}
        />
      )}
    </section>
  );
}
