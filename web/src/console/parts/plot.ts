// uPlot, set up for the console's charts. Imported on demand alone.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface PlotLook {
  height: number;
  ink: string;
  grid: string;
  lines: { label: string; colour: string }[];
  write(value: number): string;
  writeTime(seconds: number): string;
}

export function plotOf(place: HTMLElement, data: uPlot.AlignedData, look: PlotLook): uPlot {
  const axis = { stroke: look.ink, grid: { stroke: look.grid, width: 1 }, ticks: { show: false } };
  return new uPlot(
    {
      width: Math.max(place.clientWidth, 100),
      height: look.height,
      series: [
        { label: "", value: (_, seconds) => (seconds === null ? "" : look.writeTime(seconds)) },
        ...look.lines.map(({ label, colour }) => ({
          label,
          stroke: colour,
          width: 2,
          points: { show: false },
          spanGaps: false,
          value: (_: uPlot, value: number | null) => (value === null ? "" : look.write(value)),
        })),
      ],
      axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map(look.write) }],
      scales: { y: { range: (_, __, high) => [0, Math.max(high ?? 0, 0.001) * 1.05] } },
      cursor: { drag: { x: false, y: false } },
    },
    data,
    place,
  );
}
