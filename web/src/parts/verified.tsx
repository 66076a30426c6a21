// What is known of an answer, and how: by tests, by a vote, or nothing (then nothing is said).
import { hasWon, shownSample, type Run } from "../run";
import { verdictName, type Say } from "../words";

interface Props {
  run: Run;
  isProgram: boolean;
  say: Say;
}

export function Verified({ run, isProgram, say }: Props) {
  if (run.state !== "done" || run.isOffDomain) return null;
  if (isProgram) return <TestVerdicts run={run} say={say} />;
  if (run.stopped === "answered") return <p class="note">{say("notVoted")}</p>;
  if (run.votes.length === 0) return <p class="note">{say("noAnswer")}</p>;
  if (!hasWon(run)) return <p class="note">{say("noneAgree")}</p>;
  // Who has no answer, or was not waited for, agrees with nobody.
  const n_cancelled = run.samples.filter(({ state }) => state === "cancelled").length;
  return (
    <p class="verified">
      {say("verifiedVotes", { count: run.votes[0]!.count, total: run.samples.length })}{" "}
      {n_cancelled > 0 && `${say("notWaitedFor", { n: n_cancelled })} `}
      {run.tokensSaved > 0 && say("saved", { n: run.tokensSaved })}
    </p>
  );
}

function TestVerdicts({ run, say }: { run: Run; say: Say }) {
  const check = shownSample(run)?.check;
  if (!check) return <p class="note">{say("notRun")}</p>;
  const { passed, total, verdicts, failed } = check;
  return (
    <div class={passed === total ? "verified" : "note"}>
      <p>{say(passed === total ? "verifiedTests" : "failedTests", { passed, total })}</p>
      <ul class="verdicts">
        {verdicts.map(({ test, verdict }, index) => (
          <li key={index}>
            {test}: {verdictName(verdict, say)}
          </li>
        ))}
      </ul>
      {failed?.message && <pre tabIndex={0}>{failed.message}</pre>}
    </div>
  );
}
