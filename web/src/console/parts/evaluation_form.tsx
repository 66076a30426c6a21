// Begins an evaluation of a version on a set of problems.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { setAmong, type Evaluation, type ProblemSet } from "../evaluations";
import type { Profile } from "../profiles";
import { linkTo } from "../route";
import { useAction, useData } from "../use_data";
import { Failure } from "./failure";
import { SelectField, TextField } from "./field";

interface Props {
  sets: ProblemSet[];
  only?: { profile: Profile; version: number }; // else any is chosen
}

export function EvaluationForm({ sets, only }: Props) {
  const { api } = useConsole();
  const data = useData(async () => {
    if (only) return [only.profile];
    return (await api.get<{ profiles: Profile[] }>("/profiles")).profiles;
  }, [only?.profile]);
  if (!data.value) return <Failure failure={data.failure} />;
  return <Form sets={sets} profiles={data.value} version={only?.version} />;
}

function Form({
  sets,
  profiles,
  version: fixed,
}: {
  sets: ProblemSet[];
  profiles: Profile[];
  version?: number;
}) {
  const { api, say } = useConsole();
  const [name, setName] = useState(profiles[0]!.name);
  const versions = profiles.find((profile) => profile.name === name)!.versions;
  const [chosen, setChosen] = useState<number | null>(null); // null: the newest
  const version = fixed ?? chosen ?? versions.at(-1)!;
  const [chosenSet, setSet] = useState(sets[0]!.id);
  const set = setAmong(sets, chosenSet);
  const [samples, setSamples] = useState("1");
  const { run, isBusy, failure } = useAction();
  const begin = async () => {
    const body = { profile: name, version, set, samples: Number(samples) };
    const begun = await api.send<Evaluation>("POST", "/evaluations", body);
    location.hash = linkTo("evaluations", begun.id);
  };
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void run(begin);
      }}
    >
      <h3>{say("newEvaluation")}</h3>
      <div class="fields">
        {fixed === undefined && (
          <>
            <SelectField
              label={say("profile")}
              value={name}
              options={profiles.map((profile) => [profile.name, profile.name] as const)}
              onChange={(next) => {
                setName(next);
                setChosen(null);
              }}
            />
            <SelectField
              label={say("version")}
              value={String(version)}
              options={versions.map((v) => [String(v), String(v)] as const)}
              onChange={(next) => setChosen(Number(next))}
            />
          </>
        )}
        <SelectField
          label={say("problemSet")}
          value={set}
          options={sets.map(({ id, name: text }) => [id, text] as const)}
          onChange={setSet}
        />
        <TextField
          label={say("samplesEach")}
          type="number"
          value={samples}
          onChange={setSamples}
          isRequired
        />
      </div>
      <Failure failure={failure} />
      <button type="submit" aria-disabled={isBusy}>
        {say("evaluate")}
      </button>
    </form>
  );
}
