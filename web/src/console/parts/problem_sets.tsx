// Sets of problems: seen, made of a file, deleted; and reports that were made elsewhere, brought in.
import { useState } from "preact/hooks";

import { addressOf } from "../admin_api";
import { useConsole } from "../context";
import { setAmong, type Evaluation, type ProblemSet } from "../evaluations";
import { linkTo } from "../route";
import { useAction } from "../use_data";
import { ConfirmButton } from "./confirm_button";
import { Failure } from "./failure";
import { AreaField, FileField, SelectField, TextField } from "./field";
import { Table } from "./table";

interface Props {
  sets: ProblemSet[];
  onChanged(): void;
}

export function ProblemSets({ sets, onChanged }: Props) {
  const { api, say, formats, may } = useConsole();
  const { run, isBusy, failure } = useAction();
  const remove = async (id: string) => {
    await api.send("DELETE", `/problem-sets/${id}`);
    onChanged();
  };
  return (
    <>
      <h3>{say("problemSets")}</h3>
      <Table
        label={say("problemSets")}
        columns={[say("name"), say("problems"), say("when"), say("askedBy"), ""]}
        numeric={[1]}
        rows={sets.map((set) => ({
          key: set.id,
          cells: [
            <a href={addressOf(`/problem-sets/${set.id}`, { format: "jsonl" })} download>
              {set.name}
            </a>,
            formats.number(set.problems),
            formats.time(set.created),
            set.created_by,
            may("prompt_editor") && (
              <ConfirmButton
                label={say("remove")}
                question={say("removeSetQuestion")}
                isBusy={isBusy}
                onConfirm={() => void run(() => remove(set.id))}
              />
            ),
          ],
        }))}
      />
      <Failure failure={failure} />
      {may("prompt_editor") && <NewSet onChanged={onChanged} />}
      {may("prompt_editor") && sets.length > 0 && <ImportReport sets={sets} />}
    </>
  );
}

function NewSet({ onChanged }: Pick<Props, "onChanged">) {
  const { api, say } = useConsole();
  const [name, setName] = useState("");
  const [problems, setProblems] = useState("");
  const { run, isBusy, failure } = useAction();
  const create = async () => {
    await api.send("POST", "/problem-sets", { name, problems });
    setName("");
    setProblems("");
    onChanged();
  };
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void run(create);
      }}
    >
      <h3>{say("newSet")}</h3>
      <div class="fields">
        <TextField label={say("name")} value={name} onChange={setName} isRequired />
        <FileField label={say("fromFile")} accept=".jsonl,.json,.txt" onText={setProblems} />
      </div>
      <AreaField label={say("problemLines")} value={problems} onChange={setProblems} isRequired />
      <Failure failure={failure} />
      <button type="submit" aria-disabled={isBusy}>
        {say("create")}
      </button>
    </form>
  );
}

function ImportReport({ sets }: { sets: ProblemSet[] }) {
  const { api, say } = useConsole();
  const [chosen, setSet] = useState(sets[0]!.id);
  const set = setAmong(sets, chosen);
  const [isJson, setIsJson] = useState(true);
  const { run, failure } = useAction();
  const bringIn = async (text: string) => {
    const report = parsed(text);
    setIsJson(report !== null);
    if (report === null) return;
    const made = await api.send<Evaluation>("POST", "/evaluations/import", { set, report });
    location.hash = linkTo("evaluations", made.id);
  };
  return (
    <section class="panel">
      <h3>{say("importReport")}</h3>
      <p class="hint">{say("importHint")}</p>
      <div class="fields">
        <SelectField
          label={say("problemSet")}
          value={set}
          options={sets.map(({ id, name }) => [id, name] as const)}
          onChange={setSet}
        />
        <FileField
          label={say("reportFile")}
          accept=".json"
          onText={(text) => void run(() => bringIn(text))}
        />
      </div>
      {!isJson && <p role="alert">{say("notJson")}</p>}
      <Failure failure={failure} />
    </section>
  );
}

function parsed(text: string): object | null {
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}
