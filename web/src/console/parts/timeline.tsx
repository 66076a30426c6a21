// How a request's time went: queue, prefill, thinking, answer, as one bar.
import { useConsole } from "../context";
import { phases, phasesOf, type LoggedRequest } from "../requests";

export function Timeline({ request }: { request: LoggedRequest }) {
  const { say, formats } = useConsole();
  const spans = phasesOf(request);
  const shown = phases.filter((phase) => spans[phase] > 0);
  const text = shown
    .map((phase) => `${say(`phase.${phase}`)} ${formats.milliseconds(spans[phase])}`)
    .join(", ");
  const label = text || `${say("latency.whole")} ${formats.milliseconds(request.duration_ms)}`;
  return (
    <div class="timeline" role="img" aria-label={label} title={label}>
      {shown.map((phase) => (
        <span key={phase} class={phase} style={{ flexGrow: spans[phase] }} />
      ))}
    </div>
  );
}

export function TimelineLegend() {
  const { say } = useConsole();
  return (
    <p class="legend row">
      {phases.map((phase) => (
        <span key={phase}>
          <span class={`swatch ${phase}`} /> {say(`phase.${phase}`)}
        </span>
      ))}
    </p>
  );
}
