// The problem, and in plain words how hard to try.
import { useRef, useState } from "preact/hooks";

import type { ServedProfile } from "../api";
import { voteChoices, type Effort, type Task, type TestCase } from "../task";
import { profileName, type Say, type Word } from "../words";
import { TestsEditor } from "./tests_editor";
import { Typeset } from "./typeset";

interface Props {
  task: Task;
  onChange(task: Task): void;
  onSolve(): void;
  profiles: ServedProfile[];
  models: string[];
  model: string; // that is asked
  isVersion: boolean; // of the task that is shown
  onAnew(): void; // then it is a task of its own
  say: Say;
}

const efforts: [Effort, Word, Word][] = [
  ["quick", "effortQuick", "effortQuickHint"],
  ["standard", "effortStandard", "effortStandardHint"],
  ["deep", "effortDeep", "effortDeepHint"],
  ["vote", "effortVote", "effortVoteHint"],
];

export function TaskForm(props: Props) {
  const { task, onChange, onSolve, profiles, models, model, isVersion, onAnew, say } = props;
  const [complaint, setComplaint] = useState(false);
  const isProgram = task.tests.length > 0;
  const hasMarkup = /[\\$`]/.test(task.problem);
  const solve = () => {
    const tests = task.tests.filter(({ input, output }) => input || output);
    const lacksTests = isProgram && tests.length === 0;
    setComplaint(lacksTests);
    if (!lacksTests && task.problem.trim()) onSolve();
  };
  // Those of a task that asks for an answer: arrow keys go from one choice to the other, and typed is typed.
  const setAside = useRef<TestCase[]>([{ input: "", output: "" }]);
  const setMode = (program: boolean) => {
    const tests = program ? setAside.current : [];
    if (!program) setAside.current = task.tests;
    onChange({ ...task, tests });
  };
  return (
    <form
      class="task"
      onSubmit={(event) => {
        event.preventDefault();
        solve();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        solve();
      }}
    >
      <label for="problem">{say("problem")}</label>
      <textarea
        id="problem"
        rows={4}
        value={task.problem}
        placeholder={say("problemHint")}
        onInput={(event) => onChange({ ...task, problem: event.currentTarget.value })}
      />
      {hasMarkup && (
        <section class="preview" aria-label={say("preview")}>
          <Typeset text={task.problem} say={say} />
        </section>
      )}
      <div class="row">
        <fieldset class="choices">
          <legend>{say("mode")}</legend>
          <Choice
            name="mode"
            label={say("modeAnswer")}
            on={!isProgram}
            set={() => setMode(false)}
          />
          <Choice name="mode" label={say("modeProgram")} on={isProgram} set={() => setMode(true)} />
        </fieldset>
        <Select
          id="profile"
          label={say("profile")}
          value={task.profile}
          choices={[
            ["", say("profileAuto")],
            ...profiles.map((kind): [string, string] => [kind.id, profileName(kind, say)]),
          ]}
          set={(profile) => onChange({ ...task, profile })}
        />
        {models.length > 1 && (
          <Select
            id="model"
            label={say("model")}
            value={model}
            choices={models.map((id) => [id, id])}
            set={(chosen) => onChange({ ...task, model: chosen, profile: "" })} // which need not fit it
          />
        )}
      </div>
      {isProgram && (
        <TestsEditor
          tests={task.tests}
          onChange={(tests) => onChange({ ...task, tests })}
          say={say}
        />
      )}
      {complaint && <p role="alert">{say("testsMissing")}</p>}
      <div class="row">
        <fieldset class="choices">
          <legend>{say("effort")}</legend>
          {efforts.map(([effort, label, hint]) => (
            <Choice
              key={effort}
              name="effort"
              label={say(label)}
              hint={say(hint)}
              on={task.effort === effort}
              set={() => onChange({ ...task, effort })}
            />
          ))}
          {task.effort === "vote" && (
            <select
              aria-label={say("votes")}
              value={task.votes}
              onChange={(event) => onChange({ ...task, votes: Number(event.currentTarget.value) })}
            >
              {voteChoices.map((n) => (
                <option key={n} value={n}>
                  {n}
                </option>
              ))}
            </select>
          )}
        </fieldset>
        <button class="main" type="submit" disabled={!task.problem.trim()} title={say("solveHint")}>
          {say("solve")}
        </button>
      </div>
      {isVersion && (
        <p class="hint">
          {say("editing")}{" "}
          <button type="button" onClick={onAnew}>
            {say("askAnew")}
          </button>
        </p>
      )}
      <p class="hint">{say(efforts.find(([effort]) => effort === task.effort)![2])}</p>
    </form>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  hint?: string;
  on: boolean;
  set(): void;
}

function Choice({ name, label, hint, on, set }: ChoiceProps) {
  return (
    <label class={on ? "choice on" : "choice"} title={hint}>
      <input type="radio" name={name} checked={on} onChange={set} />
      {label}
    </label>
  );
}

interface SelectProps {
  id: string;
  label: string;
  value: string;
  choices: [string, string][]; // values and what they are called
  set(value: string): void;
}

function Select({ id, label, value, choices, set }: SelectProps) {
  return (
    <div>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {choices.map(([choice, name]) => (
          <option key={choice} value={choice}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
