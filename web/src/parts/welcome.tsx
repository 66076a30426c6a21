// For who comes the first time: what the model is for, and problems that it solves.
import type { ServedProfile } from "../api";
import type { Language } from "../settings";
import { examples, examplesOther, profileName, type Say } from "../words";

interface Props {
  model: string;
  profiles: ServedProfile[];
  language: Language;
  onPick(problem: string): void;
  say: Say;
}

export function Welcome({ model, profiles, language, onPick, say }: Props) {
  const isMini = model === "lemma-mini";
  const offered = isMini || !model ? examples : examplesOther; // what any model can, while nobody knows which it is
  return (
    <section class="welcome" aria-label={say("welcome")}>
      <p>{isMini ? say("welcomeMini") : say("welcomeOther", { model: model || "Lemma" })}</p>
      {!isMini && profiles.length > 0 && (
        <p class="hint">
          {say("welcomeKinds", {
            kinds: profiles.map((profile) => profileName(profile, say)).join("; "),
          })}
        </p>
      )}
      <ul>
        {offered[language].map((problem) => (
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
