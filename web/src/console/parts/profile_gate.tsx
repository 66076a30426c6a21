// What a version must have shown before it may be in production, and an evaluation that shows it.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { fetchSets, setAmong, type GateState, type ProblemSet, type Verdict } from "../evaluations";
import type { Profile } from "../profiles";
import { linkTo } from "../route";
import { useAction, useData } from "../use_data";
import type { Word } from "../words";
import { ConfirmButton } from "./confirm_button";
import { EvaluationForm } from "./evaluation_form";
import { Failure } from "./failure";
import { SelectField, TextField } from "./field";

interface Props {
  profile: Profile;
  version: number;
}

export function ProfileGate({ profile, version }: Props) {
  const { api, say, may } = useConsole();
  const path = `/profiles/${profile.name}/gate`;
  const data = useData(async () => {
    const [state, sets] = await Promise.all([
      api.get<GateState>(path, { version }),
      fetchSets(api),
    ]);
    return { ...state, sets };
  }, [path, version]);
  if (!data.value) return <Failure failure={data.failure} />;
  const { gate, verdict, sets } = data.value;
  return (
    <section>
      <h3>{say("gate")}</h3>
      <Failure failure={data.failure} />
      {gate ? (
        <>
          <p class="hint">
            {say("gateHint")} {say("problemSet")}:{" "}
            <bdi>{sets.find(({ id }) => id === gate.set)?.name}</bdi>
          </p>
          {verdict && <VerdictText verdict={verdict} version={version} />}
        </>
      ) : (
        <p class="hint">{say("noGate")}</p>
      )}
      <p class="row">
        <a href={linkTo("evaluations", "", { profile: profile.name })}>{say("evaluations")}</a>
      </p>
      {sets.length > 0 && may("prompt_editor") && (
        <EvaluationForm sets={sets} only={{ profile, version }} />
      )}
      {sets.length > 0 && may("admin") && (
        <GateForm path={path} gate={gate} sets={sets} onChanged={data.reload} />
      )}
    </section>
  );
}

// The server's reason, which it gives in English, in the reader's words.
function outcomeOf({ is_open, evaluation, production_evaluation }: Verdict): Word {
  if (is_open) return "gateOpen";
  if (!evaluation) return "gateNoEvaluation";
  return production_evaluation ? "gateWorse" : "gateNoProduction";
}

function VerdictText({ verdict, version }: { verdict: Verdict; version: number }) {
  const { say } = useConsole();
  const { is_open, reason, production, evaluation, production_evaluation } = verdict;
  return (
    <>
      <p role="status" class={is_open ? "good" : "failure"}>
        {production === version ? say("gateInProduction") : say(outcomeOf(verdict))}
        {reason && (
          <>
            {" "}
            (<bdi>{reason}</bdi>)
          </>
        )}
      </p>
      {evaluation && (
        <p>
          <a href={linkTo("evaluations", evaluation, { with: production_evaluation ?? undefined })}>
            {say("compare")}
          </a>
        </p>
      )}
    </>
  );
}

// 0.07 -> "7", though 100 * 0.07 is a little more.
const percentText = (share: number) => String(Number((100 * share).toFixed(6)));

interface FormProps {
  path: string;
  gate: GateState["gate"];
  sets: ProblemSet[];
  onChanged(): void;
}

function GateForm({ path, gate, sets, onChanged }: FormProps) {
  const { api, say } = useConsole();
  const [chosen, setSet] = useState(gate?.set ?? sets[0]!.id);
  const set = setAmong(sets, chosen);
  const [percent, setPercent] = useState(percentText(gate?.tolerance ?? 0));
  const [isSaved, setIsSaved] = useState(false);
  const { run, isBusy, failure } = useAction();
  const save = async () => {
    setIsSaved(false);
    await api.send("PUT", path, { set, tolerance: Number(percent) / 100 });
    setIsSaved(true);
    onChanged();
  };
  const remove = async () => {
    setIsSaved(false);
    await api.send("DELETE", path);
    onChanged();
  };
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void run(save);
      }}
    >
      <div class="fields">
        <SelectField
          label={say("problemSet")}
          value={set}
          options={sets.map(({ id, name }) => [id, name] as const)}
          onChange={setSet}
        />
        <TextField
          label={say("tolerance")}
          type="number"
          value={percent}
          onChange={setPercent}
          isRequired
        />
      </div>
      <Failure failure={failure} />
      {isSaved && <p role="status">{say("saved")}</p>}
      <p class="row">
        <button type="submit" aria-disabled={isBusy}>
          {say("setGate")}
        </button>
        {gate && (
          <ConfirmButton
            label={say("removeGate")}
            question={say("removeGateQuestion")}
            isBusy={isBusy}
            onConfirm={() => void run(remove)}
          />
        )}
      </p>
    </form>
  );
}
