// uPlot, set up for the console's charts. Imported on demand alone.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

const daySeconds = 86_400;

export interface PlotLook {
  height: number;
  ink: string;
  grid: string;
  lines: { label: string; colour: string }[];
  write(value: number): string;
  timeLabel: string;
  writeTime(seconds: number): string;
  writeTick(seconds: number, isOfDays: boolean): string;
}

export function plotOf(place: HTMLElement, data: uPlot.AlignedData, look: PlotLook): uPlot {
  const switches = look.lines.map(({ label }) => switchOf(label));
  const axis = { stroke: look.ink, grid: { stroke: look.grid, width: 1 }, ticks: { show: false } };
  return new uPlot(
    {
      width: Math.max(place.clientWidth, 100),
      height: look.height,
      series: [
        { label: look.timeLabel, value: told(look.writeTime) },
        ...look.lines.map(({ colour }, i) => ({
          label: switches[i],
          stroke: colour,
          width: 2,
          value: told(look.write),
        })),
      ],
      axes: [
        {
          ...axis,
          values: (_, ticks, __, ___, step) =>
            ticks.map((at) => look.writeTick(at, step >= daySeconds)),
        },
        { ...axis, size: 64, values: (_, ticks) => ticks.map(look.write) },
      ],
      scales: { y: { range: (_, __, high) => [0, (high || 1) * 1.05] } },
      cursor: { drag: { x: false, y: false } },
      hooks: {
        setSeries: [
          (_, i, { show }) => switches[i! - 1]?.setAttribute("aria-pressed", String(show)),
        ],
      },
    },
    data,
    place,
  );
}

// A line's name in the legend, where a click hides the line and shows it again: a button is clicked by keys too.
function switchOf(label: string): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-pressed", "true");
  return button;
}

// In the legend: where no cursor points to a time, the newest value.
function told(write: (value: number) => string): uPlot.Series.Value {
  return (plot, value, series, at) => {
    const shown = at === null ? plot.data[series]!.at(-1) : value;
    return shown == null ? "" : write(shown);
  };
}
