// The attempts of a vote or of a search for a program, as they race; answers that mean the same
// stand together.
import { hasWon, type Run, type Sample } from "../run";
import { verdictName, type Say, type Word } from "../words";
import { Typeset } from "./typeset";

const states: Record<Sample["state"], Word> = {
  running: "stateRunning",
  ended: "stateEnded",
  cancelled: "stateCancelled",
  weak: "stateWeak",
};

export function Samples({ run, say }: { run: Run; say: Say }) {
  const longest = Math.max(1, ...run.samples.map(lengthOf));
  const isWon = hasWon(run);
  return (
    <section class="samples" aria-label={say("samples")}>
      <ol class="lanes">
        {run.samples.map((sample, index) => (
          <li
            key={index}
            class={`lane ${sample.state} ${isWon && index === run.winner ? "won" : ""}`}
          >
            <span>
              {say("sample")} {index + 1}
              {sample.repairOf !== null && ` (${say("repairs")} ${sample.repairOf + 1})`}
              {!isWon && index === run.winner && sample.check && ` · ${say("best")}`}
              {isWon && index === run.winner && (
                <>
                  {" "}
                  <strong>{say("winner")}</strong>
                </>
              )}
            </span>
            <progress
              aria-label={`${say("sample")} ${index + 1}`}
              max={longest}
              value={lengthOf(sample)}
            />
            <span>{outcomeOf(run, sample, say)}</span>
          </li>
        ))}
      </ol>
      {run.votes.length > 0 && (
        <ol class="clusters">
          {run.votes.map((vote, index) => (
            <li
              key={vote.answer}
              class={run.state === "done" && isWon && index === 0 ? "cluster won" : "cluster"}
            >
              <Typeset text={asFormula(shortened(vote.answer, clusterCharsMax))} say={say} />
              <span>
                {vote.count} {say("agree")}
              </span>
              {run.state === "done" && isWon && index === 0 && <strong>{say("winner")}</strong>}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

// Long answers would hold up the page; all of them stands below.
const outcomeCharsMax = 100;
const clusterCharsMax = 1000; // a longer formula is not typeset

function shortened(text: string, n_max: number): string {
  if (text.length <= n_max) return text;
  return `${text.slice(0, n_max).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

// An answer of several lines is a program, which stands below.
function outcomeOf(run: Run, { answer, check, state }: Sample, say: Say): string {
  if (answer && !answer.includes("\n")) return shortened(answer, outcomeCharsMax);
  if (check) return verdictName(check.verdict, say);
  return say(state === "cancelled" && run.state !== "done" ? "stateStopped" : states[state]);
}

function lengthOf(sample: Sample): number {
  return sample.thinking.length + sample.text.length;
}

// Answers come without delimiters; those that are LaTeX are typeset.
function asFormula(answer: string): string {
  return /[\\^_{}]/.test(answer) && !answer.includes("$") ? `$${answer}$` : answer;
}
