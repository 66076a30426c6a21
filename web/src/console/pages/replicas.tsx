// The replicas of the pool: how they are, and what an operator does with them.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { ConfirmButton } from "../parts/confirm_button";
import { Failure } from "../parts/failure";
import { TextField } from "../parts/field";
import { Table } from "../parts/table";
import { fetchReplicas, type Replica } from "../replicas";
import { useAction, useData } from "../use_data";

const refreshMs = 2000;

export function Replicas() {
  const { api, say, may } = useConsole();
  const data = useData(() => fetchReplicas(api), [], refreshMs);
  const { run, failure } = useAction();
  const act = (replica: Replica, action: string) =>
    void run(async () => {
      const path = `/replicas/${encodeURIComponent(replica.id)}`;
      await (action === "remove"
        ? api.send("DELETE", path)
        : api.send("POST", `${path}/${action}`));
      data.reload();
    });
  return (
    <>
      <h2>{say("replicas")}</h2>
      <Failure failure={failure ?? data.failure} />
      {data.value && <ReplicaTable replicas={data.value} onAct={act} />}
      {may("admin") && <AddReplica onAdded={data.reload} />}
    </>
  );
}

interface TableProps {
  replicas: Replica[];
  onAct(replica: Replica, action: "drain" | "undrain" | "restart" | "remove"): void;
}

function ReplicaTable({ replicas, onAct }: TableProps) {
  const { say, formats, may } = useConsole();
  const actionsOf = (replica: Replica) => (
    <span class="row">
      <button type="button" onClick={() => onAct(replica, replica.draining ? "undrain" : "drain")}>
        {say(replica.draining ? "undrain" : "drain")}
      </button>
      {replica.kind === "worker" && (
        <ConfirmButton
          label={say("restart")}
          question={say("restartQuestion")}
          onConfirm={() => onAct(replica, "restart")}
        />
      )}
      {replica.origin === "store" && (
        <ConfirmButton
          label={say("remove")}
          question={say("removeQuestion")}
          onConfirm={() => onAct(replica, "remove")}
        />
      )}
    </span>
  );
  return (
    <Table
      label={say("replicas")}
      columns={[
        say("name"),
        say("state"),
        say("breaker"),
        say("models"),
        say("running"),
        say("waiting"),
        say("reservedTokens"),
        say("kvUse"),
        say("cpuUse"),
        say("restarts"),
        say("address"),
        "",
      ]}
      numeric={[4, 5, 6, 7, 8, 9]}
      rows={replicas.map((replica) => ({
        key: `${replica.id} ${replica.address}`, // a name with several addresses has one id
        cells: [
          replica.name,
          say(`replica.${replica.state}`),
          say(`breaker.${replica.breaker}`),
          replica.models.join(", "),
          formats.number(replica.in_flight),
          formats.number(replica.waiting),
          formats.number(replica.reserved_tokens),
          replica.kv_usage === undefined ? "" : formats.percent(replica.kv_usage, 1),
          replica.cpu_usage === undefined ? "" : formats.percent(replica.cpu_usage, 1),
          replica.restarts === undefined ? "" : formats.number(replica.restarts),
          replica.address,
          may("admin") && actionsOf(replica),
        ],
      }))}
    />
  );
}

function AddReplica({ onAdded }: { onAdded(): void }) {
  const { api, say } = useConsole();
  const [spec, setSpec] = useState("");
  const [key, setKey] = useState("");
  const { run, isBusy, failure } = useAction();
  const add = async () => {
    await api.send("POST", "/replicas", key ? { spec, key } : { spec });
    setSpec("");
    setKey("");
    onAdded();
  };
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void run(add);
      }}
    >
      <h3>{say("addReplica")}</h3>
      <TextField
        label={say("replicaSpec")}
        value={spec}
        onChange={setSpec}
        hint="http://gpu1:8000/v1"
        isRequired
      />
      <TextField label={say("replicaKey")} type="password" value={key} onChange={setKey} />
      <Failure failure={failure} />
      <button type="submit" aria-disabled={isBusy}>
        {say("add")}
      </button>
    </form>
  );
}
