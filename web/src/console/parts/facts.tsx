// Names and values, as many to a row as fit.
import type { ComponentChildren } from "preact";

export type Fact = [name: string, value: ComponentChildren];

export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl class="facts panel">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value || "-"}</dd>
        </div>
      ))}
    </dl>
  );
}
