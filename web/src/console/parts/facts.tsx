// Names and values, as many to a row as fit.
export function Facts({ facts }: { facts: [name: string, value: string][] }) {
  return (
    <dl class="facts panel" aria-live="polite">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value || "-"}</dd>
        </div>
      ))}
    </dl>
  );
}
