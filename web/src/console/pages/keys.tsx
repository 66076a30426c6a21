// API keys: all of them with what they used in the last day, and each by itself.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { bodyOf, emptyDraft, type ApiKey } from "../keys";
import { Failure } from "../parts/failure";
import { KeyForm } from "../parts/key_form";
import { Secret } from "../parts/secret";
import { Table } from "../parts/table";
import { beginOf } from "../ranges";
import { linkTo, type Route } from "../route";
import { fetchUsage } from "../usage";
import { useData } from "../use_data";
import { OneKey } from "./one_key";

export function Keys({ route }: { route: Route }) {
  return route.id ? <OneKey key={route.id} id={route.id} /> : <KeyList />;
}

function KeyList() {
  const { api, say, formats, may } = useConsole();
  const [made, setMade] = useState<string | null>(null);
  const [nMade, setNMade] = useState(0); // each makes the form anew
  const data = useData(async () => {
    const [{ keys }, usage] = await Promise.all([
      api.get<{ keys: ApiKey[] }>("/keys"),
      fetchUsage(api, { group_by: "key_id", from_ms: beginOf("1d"), limit: 1000 }),
    ]);
    return { keys, used: new Map(usage.groups.map((group) => [group.key_id, group])) };
  }, []);
  const create = async (body: object) => {
    const { key } = await api.send<{ key: string }>("POST", "/keys", body);
    setMade(key);
    setNMade(nMade + 1);
    data.reload();
  };
  return (
    <>
      <h2>{say("keys")}</h2>
      <Failure failure={data.failure} />
      {made && <Secret title={say("newKey")} text={made} onDone={() => setMade(null)} />}
      {data.value && (
        <Table
          label={say("keys")}
          columns={[
            say("name"),
            say("keyText"),
            say("state"),
            say("requestsDay"),
            say("tokensDay"),
            say("lastUsed"),
            say("expires"),
          ]}
          numeric={[3, 4]}
          rows={data.value.keys.map((key) => {
            const used = data.value!.used.get(key.id);
            return {
              key: key.id,
              cells: [
                <a href={linkTo("keys", key.id)}>{key.name}</a>,
                <code>{key.prefix}...</code>,
                say(`key.${key.state}`),
                formats.number(used?.requests ?? 0),
                formats.number((used?.prompt_tokens ?? 0) + (used?.completion_tokens ?? 0)),
                formats.time(key.last_used) || say("never"),
                formats.time(key.expires) || say("never"),
              ],
            };
          })}
        />
      )}
      {may("admin") && (
        <KeyForm
          key={nMade}
          title={say("createKey")}
          submit={say("create")}
          draft={emptyDraft}
          expiresHint="90d, 2027-01-31"
          onSubmit={(draft) => create(bodyOf(draft))}
        />
      )}
    </>
  );
}
