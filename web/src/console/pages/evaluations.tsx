// Evaluations: sets of problems, runs of a profile's version on them, and one of those by itself.
import { useConsole } from "../context";
import { fetchEvaluations, fetchSets, profileOf, type ProblemSet } from "../evaluations";
import { EvaluationDetails } from "../parts/evaluation_details";
import { EvaluationForm } from "../parts/evaluation_form";
import { Failure } from "../parts/failure";
import { More } from "../parts/more";
import { ProblemSets } from "../parts/problem_sets";
import { Table } from "../parts/table";
import { linkTo, type Route } from "../route";
import { useData } from "../use_data";
import { usePages } from "../use_pages";

const refreshMs = 2000;

export function Evaluations({ route }: { route: Route }) {
  const { api, say, may } = useConsole();
  const sets = useData(() => fetchSets(api), []);
  if (!sets.value) return <Failure failure={sets.failure} />;
  if (route.id) {
    return (
      <EvaluationDetails
        key={route.id}
        id={route.id}
        against={route.query.get("with") ?? ""}
        sets={sets.value}
      />
    );
  }
  const profile = route.query.get("profile") ?? "";
  return (
    <>
      <h2>{say("evaluations")}</h2>
      {profile && (
        <p>
          {profile} <a href={linkTo("evaluations")}>{say("removeFilter")}</a>
        </p>
      )}
      <Runs key={profile} profile={profile} sets={sets.value} />
      {may("prompt_editor") && sets.value.length > 0 && <EvaluationForm sets={sets.value} />}
      <ProblemSets sets={sets.value} onChanged={sets.reload} />
    </>
  );
}

function Runs({ profile, sets }: { profile: string; sets: ProblemSet[] }) {
  const { api, say, formats } = useConsole();
  const data = usePages((after) => fetchEvaluations(api, { profile }, after), [], refreshMs);
  if (!data.value) return <Failure failure={data.failure} />;
  const nameOf = (id: string) => sets.find((set) => set.id === id)?.name ?? id;
  return (
    <>
      <Failure failure={data.failure} />
      <Table
        label={say("evaluations")}
        columns={[
          say("when"),
          say("dimension.profile"),
          say("problemSet"),
          say("state"),
          say("samples"),
          "pass@1",
          say("askedBy"),
        ]}
        numeric={[4, 5]}
        rows={data.value.map((evaluation) => ({
          key: evaluation.id,
          cells: [
            <a href={linkTo("evaluations", evaluation.id)}>{formats.time(evaluation.created)}</a>,
            profileOf(evaluation) || "-",
            nameOf(evaluation.set),
            evaluation.imported ? say("imported") : say(`job.${evaluation.status}`),
            `${formats.number(evaluation.done)} / ${formats.number(evaluation.all)}`,
            evaluation.status === "done" ? formats.percent(evaluation.right, evaluation.all) : "",
            evaluation.asked_by,
          ],
        }))}
      />
      <More pages={data} />
    </>
  );
}
