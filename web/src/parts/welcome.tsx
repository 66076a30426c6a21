// For who comes the first time: what the model is for, and problems that it solves.
import type { Language } from "../settings";
import { examples, type Say } from "../words";

interface Props {
  model: string;
  language: Language;
  onPick(problem: string): void;
  say: Say;
}

export function Welcome({ model, language, onPick, say }: Props) {
  const isMini = model === "lemma-mini";
  return (
    <section class="welcome" aria-label={say("welcome")}>
      <p>{isMini ? say("welcomeMini") : say("welcomeOther", { model: model || "Lemma" })}</p>
      <ul>
        {examples[language].map((problem) => (
          <li key={problem}>
            <button type="button" onClick={() => onPick(problem)}>
              {problem.replaceAll("$", "")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
