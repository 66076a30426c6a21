// The reader's tests of a program: what it reads, what it should print.
import { useRef } from "preact/hooks";

import type { TestCase } from "../task";
import type { Say } from "../words";

interface Props {
  tests: TestCase[];
  onChange(tests: TestCase[]): void;
  say: Say;
}

export function TestsEditor({ tests, onChange, say }: Props) {
  const adding = useRef<HTMLButtonElement>(null);
  const change = (index: number, part: Partial<TestCase>) =>
    onChange(tests.map((test, i) => (i === index ? { ...test, ...part } : test)));
  return (
    <fieldset class="tests">
      <legend>{say("tests")}</legend>
      {tests.map((test, index) => (
        <div class="test" key={index}>
          <textarea
            rows={2}
            aria-label={`${say("testInput")} ${index + 1}`}
            placeholder={`${say("testInput")} ${index + 1}`}
            value={test.input}
            onInput={(event) => change(index, { input: event.currentTarget.value })}
          />
          <textarea
            rows={2}
            aria-label={`${say("testOutput")} ${index + 1}`}
            placeholder={`${say("testOutput")} ${index + 1}`}
            value={test.output}
            onInput={(event) => change(index, { output: event.currentTarget.value })}
          />
          {tests.length > 1 && (
            <button
              type="button"
              aria-label={`${say("removeTest")} ${index + 1}`}
              onClick={() => {
                onChange(tests.filter((_, i) => i !== index));
                adding.current?.focus(); // this button goes
              }}
            >
              ×
            </button>
          )}
        </div>
      ))}
      <button
        type="button"
        ref={adding}
        onClick={() => onChange([...tests, { input: "", output: "" }])}
      >
        {say("addTest")}
      </button>
    </fieldset>
  );
}
