// One API key: its limits, a new text for it, its end, and what it was used for.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { bodyOf, draftOf, limits, type ApiKey } from "../keys";
import { ConfirmButton } from "../parts/confirm_button";
import { Failure } from "../parts/failure";
import { TextField } from "../parts/field";
import { KeyForm } from "../parts/key_form";
import { Secret } from "../parts/secret";
import { Table } from "../parts/table";
import { beginOf } from "../ranges";
import { linkTo } from "../route";
import { fetchUsage } from "../usage";
import { useAction, useData } from "../use_data";

export function OneKey({ id }: { id: string }) {
  const { api, say, formats, may } = useConsole();
  const key = useData(() => api.get<ApiKey>(`/keys/${encodeURIComponent(id)}`), [id]);
  if (!key.value) return <Failure failure={key.failure} />;
  const { name, prefix, state, created, expires } = key.value;
  return (
    <>
      <p>
        <a href={linkTo("keys")}>{say("keys")}</a>
      </p>
      <h2>{name}</h2>
      <p>
        <code>{prefix}...</code> · {say(`key.${state}`)} · {say("created")} {formats.time(created)}{" "}
        · {say("expires")} {formats.time(expires) || say("never")}
      </p>
      <Failure failure={key.failure} />
      {may("admin") && state !== "revoked" ? (
        <>
          <NewText id={id} onChanged={key.reload} />
          <KeyForm
            title={say("limits")}
            submit={say("save")}
            draft={draftOf(key.value)}
            expiresHint={say("expiresUnchanged")}
            onSubmit={async (draft) => {
              await api.send("PATCH", `/keys/${encodeURIComponent(id)}`, bodyOf(draft));
              key.reload();
            }}
          />
        </>
      ) : (
        <Table
          label={say("limits")}
          columns={limits.map((limit) => say(`key.${limit}`))}
          rows={[{ key: id, cells: limits.map((limit) => formats.number(key.value![limit])) }]}
        />
      )}
      <KeyUse id={id} />
    </>
  );
}

function NewText({ id, onChanged }: { id: string; onChanged(): void }) {
  const { api, say } = useConsole();
  const [grace, setGrace] = useState("24h");
  const [text, setText] = useState<string | null>(null);
  const { run, isBusy, failure } = useAction();
  const rotate = async () => {
    const { key } = await api.send<{ key: string }>(
      "POST",
      `/keys/${encodeURIComponent(id)}/rotate`,
      { grace },
    );
    setText(key);
    onChanged();
  };
  const revoke = async () => {
    await api.send("POST", `/keys/${encodeURIComponent(id)}/revoke`);
    onChanged();
  };
  return (
    <section class="panel" aria-label={say("rotate")}>
      {text && <Secret title={say("newKey")} text={text} onDone={() => setText(null)} />}
      <TextField label={say("grace")} value={grace} onChange={setGrace} hint="24h, 0" />
      <Failure failure={failure} />
      <div class="row">
        <ConfirmButton
          label={say("rotate")}
          question={say("rotateQuestion")}
          isBusy={isBusy}
          onConfirm={() => void run(rotate)}
        />
        <ConfirmButton
          label={say("revoke")}
          question={say("revokeQuestion")}
          isBusy={isBusy}
          onConfirm={() => void run(revoke)}
        />
      </div>
    </section>
  );
}

function KeyUse({ id }: { id: string }) {
  const { api, say, formats } = useConsole();
  const usage = useData(
    () => fetchUsage(api, { key_id: id, group_by: "profile,model", from_ms: beginOf("30d") }),
    [id],
  );
  return (
    <section>
      <h3>{say("keyUse")}</h3>
      <Failure failure={usage.failure} />
      {usage.value && (
        <Table
          label={say("keyUse")}
          columns={[
            say("profile"),
            say("model"),
            say("requests"),
            say("errors"),
            say("promptTokens"),
            say("completionTokens"),
          ]}
          numeric={[2, 3, 4, 5]}
          rows={usage.value.groups.map((group) => ({
            key: `${group.profile}\n${group.model}`,
            cells: [
              group.profile,
              group.model,
              ...[group.requests, group.errors, group.prompt_tokens, group.completion_tokens].map(
                formats.number,
              ),
            ],
          }))}
        />
      )}
      <p class="row">
        <a href={linkTo("usage", "", { key_id: id, range: "30d" })}>{say("usage")}</a>
        <a href={linkTo("requests", "", { key_id: id })}>{say("requests")}</a>
      </p>
    </section>
  );
}
