// What an API key may do, and how much.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { limits, scopes, type KeyDraft } from "../keys";
import { useAction } from "../use_data";
import { Failure } from "./failure";
import { CheckField, TextField } from "./field";

interface Props {
  title: string;
  submit: string;
  draft: KeyDraft;
  expiresHint: string;
  onSubmit(draft: KeyDraft): Promise<unknown>;
}

export function KeyForm({ title, submit, draft: first, expiresHint, onSubmit }: Props) {
  const { say } = useConsole();
  const [draft, setDraft] = useState(first);
  const [isSaved, setIsSaved] = useState(false);
  const { run, isBusy, failure } = useAction();
  const submitDraft = async () => {
    const saved = await run(() => onSubmit(draft));
    // Sent again it would move the expiry ("90d").
    if (saved) setDraft((now) => ({ ...now, expires: first.expires }));
    setIsSaved(saved);
  };
  const set = (change: Partial<KeyDraft>) => {
    setIsSaved(false);
    setDraft({ ...draft, ...change });
  };
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        setIsSaved(false);
        void submitDraft();
      }}
    >
      <h3>{title}</h3>
      <div class="fields">
        <TextField
          label={say("name")}
          value={draft.name}
          onChange={(name) => set({ name })}
          isRequired
        />
        <TextField
          label={say("keyProfiles")}
          value={draft.profiles}
          hint={say("keyProfilesHint")}
          onChange={(profiles) => set({ profiles })}
        />
        <TextField
          label={say("expires")}
          value={draft.expires}
          hint={expiresHint}
          onChange={(expires) => set({ expires })}
        />
        {limits.map((name) => (
          <TextField
            key={name}
            label={say(`key.${name}`)}
            type="number"
            value={draft[name]}
            onChange={(value) => set({ [name]: value })}
            isRequired
          />
        ))}
      </div>
      <fieldset class="row">
        <legend>{say("scopes")}</legend>
        {scopes.map((scope) => (
          <CheckField
            key={scope}
            label={say(`scope.${scope}`)}
            isOn={draft.scopes.includes(scope)}
            onChange={(isOn) =>
              set({
                scopes: isOn ? [...draft.scopes, scope] : draft.scopes.filter((s) => s !== scope),
              })
            }
          />
        ))}
        <CheckField
          label={say("keepsContent")}
          isOn={draft.keeps_content}
          onChange={(keeps_content) => set({ keeps_content })}
        />
      </fieldset>
      <p class="hint">{say("limitsHint")}</p>
      <Failure failure={failure} />
      {isSaved && <p role="status">{say("saved")}</p>}
      <button type="submit" aria-disabled={isBusy}>
        {submit}
      </button>
    </form>
  );
}
