// What the model would get of a profile's file, saved or not: to the byte, and its tokens.
import { useEffect, useState } from "preact/hooks";

import { useConsole } from "../context";
import type { Rendered } from "../profiles";
import { useAction } from "../use_data";
import { Failure } from "./failure";
import { SelectField, TextField } from "./field";

export function ProfilePreview({ toml }: { toml: string }) {
  const { api, say, formats } = useConsole();
  const [prompt, setPrompt] = useState("What is 47 * 36?");
  const [language, setLanguage] = useState("en");
  const [values, setValues] = useState<Record<string, string>>({});
  const [rendered, setRendered] = useState<Rendered | null>(null);
  const { run, isBusy, failure } = useAction();
  const render = async () => {
    // Only those that the file still has: any other would be refused.
    const known = await api.send<Rendered>("POST", "/profiles/render", { toml, prompt, language });
    const variables = Object.fromEntries(
      Object.entries(values).filter(([name]) => name in known.variables),
    );
    const isPlain = Object.keys(variables).length === 0;
    setRendered(
      isPlain
        ? known
        : await api.send("POST", "/profiles/render", { toml, prompt, language, variables }),
    );
  };
  // eslint-disable-next-line react-hooks/exhaustive-deps -- once; then when somebody asks
  useEffect(() => void run(render), []);
  return (
    <section>
      <h3>{say("preview")}</h3>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(render);
        }}
      >
        <div class="fields">
          <TextField label={say("prompt")} value={prompt} onChange={setPrompt} isRequired />
          <SelectField
            label={say("language")}
            value={language}
            options={[
              ["en", "English"],
              ["zh", "中文"],
            ]}
            onChange={setLanguage}
          />
          {Object.entries(rendered?.variables ?? {}).map(([name, otherwise]) => (
            <TextField
              key={name}
              label={`{{${name}}}`}
              value={values[name] ?? otherwise}
              onChange={(value) => setValues({ ...values, [name]: value })}
            />
          ))}
        </div>
        <Failure failure={failure} />
        <button type="submit" aria-disabled={isBusy}>
          {say("preview")}
        </button>
      </form>
      {rendered && (
        <>
          <p role="status">
            {rendered.tokens === null
              ? say("noCount")
              : say("promptCount", {
                  n: formats.number(rendered.tokens),
                  model: rendered.model ?? "",
                })}
          </p>
          <pre class="plain rendered" tabIndex={0}>
            {rendered.prompt ?? `${rendered.system}\n\n${rendered.user}`}
          </pre>
        </>
      )}
    </section>
  );
}
