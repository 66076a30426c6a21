// One evaluation: followed until it ends, its figures, and another one beside it.
import { useState } from "preact/hooks";

import { addressOf } from "../admin_api";
import { useConsole } from "../context";
import {
  fetchEvaluations,
  profileOf,
  settingName,
  settingText,
  type Evaluation,
  type ProblemSet,
  type Report,
} from "../evaluations";
import { hasEnded } from "../jobs";
import { linkTo } from "../route";
import { useAction, useData } from "../use_data";
import { usePages } from "../use_pages";
import { ComparisonView } from "./comparison_view";
import { ConfirmButton } from "./confirm_button";
import { Facts, type Fact } from "./facts";
import { Failure } from "./failure";
import { SelectField } from "./field";
import { More } from "./more";
import { Table } from "./table";

const refreshMs = 1000;

interface Props {
  id: string;
  against: string; // another one's id; "": none
  sets: ProblemSet[];
}

export function EvaluationDetails({ id, against, sets }: Props) {
  const { api, say } = useConsole();
  const path = `/evaluations/${encodeURIComponent(id)}`;
  const [isOver, setIsOver] = useState(false);
  const data = useData(
    async () => {
      const evaluation = await api.get<Evaluation>(path);
      setIsOver(hasEnded(evaluation));
      return evaluation;
    },
    [path],
    isOver ? 0 : refreshMs,
  );
  const evaluation = data.value;
  return (
    <>
      <p>
        <a href={linkTo("evaluations")}>{say("evaluations")}</a>
      </p>
      <h2>
        <code>{id}</code>
      </h2>
      <Failure failure={data.failure} />
      {evaluation && (
        <Standing evaluation={evaluation} path={path} sets={sets} onChanged={data.reload} />
      )}
      {evaluation?.status === "done" && (
        <>
          <Figures path={path} />
          <CompareWith evaluation={evaluation} against={against} />
        </>
      )}
    </>
  );
}

interface StandingProps {
  evaluation: Evaluation;
  path: string;
  sets: ProblemSet[];
  onChanged(): void;
}

function Standing({ evaluation, path, sets, onChanged }: StandingProps) {
  const { api, say, formats, may } = useConsole();
  const { run, isBusy, failure } = useAction();
  const cancel = async () => {
    await api.send("POST", `${path}/cancel`);
    onChanged();
  };
  const { profile, version, status, done, right, all } = evaluation;
  const state = evaluation.imported ? say("imported") : say(`job.${status}`);
  const facts: Fact[] = [
    [say("state"), <span role="status">{state}</span>],
    [say("problemSet"), sets.find(({ id }) => id === evaluation.set)?.name ?? evaluation.set],
    [say("samples"), `${formats.number(done)} / ${formats.number(all)}`],
    [say("right"), formats.percent(right, done)],
    [say("askedBy"), evaluation.asked_by],
    [say("when"), formats.time(evaluation.created)],
    [say("ended"), formats.time(evaluation.ended)],
  ];
  if (evaluation.error) facts.push([say("error"), evaluation.error]);
  const settings = Object.entries(evaluation.settings).map(([name, value]): Fact => [
    settingName(name, say),
    settingText(value, say),
  ]);
  return (
    <>
      <h3>
        {version ? (
          <a href={linkTo("profiles", profile, { version: String(version) })}>
            {profileOf(evaluation)}
          </a>
        ) : (
          profile
        )}
      </h3>
      <Facts facts={facts} />
      {!hasEnded(evaluation) && (
        <>
          <progress aria-label={say("samples")} value={done} max={all || 1} />
          {evaluation.cancel_asked && <p role="status">{say("cancelAsked")}</p>}
          {!evaluation.cancel_asked && may("prompt_editor") && (
            <ConfirmButton
              label={say("cancelEvaluation")}
              question={say("cancelEvaluationQuestion")}
              isBusy={isBusy}
              onConfirm={() => void run(cancel)}
            />
          )}
        </>
      )}
      <Failure failure={failure} />
      <h3>{say("settings")}</h3>
      <Facts facts={settings} />
    </>
  );
}

function Figures({ path }: { path: string }) {
  const { api, say, formats } = useConsole();
  const data = useData(() => api.get<Report>(`${path}/report`), [path]);
  if (!data.value) return <Failure failure={data.failure} />;
  const { figures, problems } = data.value;
  const [low, high] = figures.pass_at_1_interval_95;
  const share = (value: number) => formats.percent(value, 1);
  const curves = [
    ...figures.pass_at
      .filter(({ k }) => k > 1)
      .map(({ k, share: s }): [string, string] => [`pass@${k}`, share(s)]),
    ...figures.cons_at
      .filter(({ k }) => k > 1)
      .map(({ k, share: s }): [string, string] => [`cons@${k}`, share(s)]),
  ];
  const facts: [string, string][] = [
    ["pass@1", `${share(figures.pass_at_1)} (95 %: ${share(low)} - ${share(high)})`],
    ...curves,
    ...Object.entries(figures.outcomes).map(([name, value]): [string, string] => [
      say(`outcome.${name as keyof typeof figures.outcomes}`),
      share(value),
    ]),
    [say("tokensEach"), formats.number(Math.round(figures.tokens.mean))],
    [`${say("latency.answer")} P50`, formats.milliseconds(figures.seconds.median * 1000)],
    [`${say("latency.answer")} P95`, formats.milliseconds(figures.seconds.p95 * 1000)],
  ];
  return (
    <section>
      <h3>{say("report")}</h3>
      <p class="row">
        <a href={addressOf(`${path}/report`, { format: "html" })} download>
          HTML
        </a>
        <a href={addressOf(`${path}/report`)} download>
          JSON
        </a>
      </p>
      <Facts facts={facts} />
      <details>
        <summary>{say("problems")}</summary>
        <Table
          label={say("problems")}
          columns={["ID", say("right"), say("rightAnswer")]}
          numeric={[1]}
          rows={problems.map(({ id, n, right, gold }) => ({
            key: id,
            cells: [id, `${right} / ${n}`, gold ?? ""],
          }))}
        />
      </details>
    </section>
  );
}

function CompareWith({ evaluation, against }: { evaluation: Evaluation; against: string }) {
  const { api, say, formats } = useConsole();
  const filter = { set: evaluation.set, status: "done", limit: 100 };
  const data = usePages((after) => fetchEvaluations(api, filter, after), [evaluation.set]);
  if (!data.value) return <Failure failure={data.failure} />;
  const others = data.value.filter(({ id }) => id !== evaluation.id);
  return (
    <section class="panel">
      <h3>{say("compare")}</h3>
      <SelectField
        label={say("compareEvaluation")}
        value={against}
        options={[
          ["", say("none")],
          ...others.map(
            (other) => [other.id, `${profileOf(other)}, ${formats.time(other.created)}`] as const,
          ),
        ]}
        onChange={(other) =>
          (location.hash = linkTo("evaluations", evaluation.id, { with: other }))
        }
      />
      <More pages={data} />
      {against && <ComparisonView key={against} before={against} after={evaluation.id} />}
    </section>
  );
}
