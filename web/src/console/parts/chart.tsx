// Lines over time. uPlot, which draws them, is fetched when the first chart is shown.
import { useEffect, useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";

import { useConsole } from "../context";

const height = 180;
// Of the themes' colours (base.css), so that lines are told apart in both.
const colours = ["--accent", "--good", "--note"];

export interface Line {
  label: string;
  values: (number | null)[]; // one for each of `times`
}

interface Props {
  title: string;
  times: number[]; // Unix milliseconds
  lines: Line[];
  unit?: string;
}

export function Chart({ title, times, lines, unit = "" }: Props) {
  const { formats, look } = useConsole();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const labels = lines.map(({ label }) => label).join("\n");
  const data = useMemo(
    () =>
      [times.map((time) => time / 1000), ...lines.map(({ values }) => values)] as uPlot.AlignedData,
    [times, lines],
  );
  const newest = useRef(data);
  newest.current = data;

  useEffect(() => {
    let isGone = false;
    void import("./plot").then(({ plotOf }) => {
      if (isGone || !place.current) return;
      const style = getComputedStyle(document.documentElement);
      const colourOf = (name: string) => style.getPropertyValue(name).trim();
      plot.current = plotOf(place.current, newest.current, {
        height,
        ink: colourOf("--faint"),
        grid: colourOf("--line"),
        lines: labels.split("\n").map((label, i) => ({ label, colour: colourOf(colours[i]!) })),
        write: (value) => `${formats.number(value)}${unit}`,
        writeTime: (seconds) => formats.time(seconds * 1000),
        writeTick: (seconds, isOfDays) => formats.tick(seconds * 1000, isOfDays),
      });
    });
    const observer = new ResizeObserver(() => {
      const width = place.current?.clientWidth ?? 0;
      if (width > 0) plot.current?.setSize({ width, height });
    });
    observer.observe(place.current!);
    return () => {
      isGone = true;
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `formats` is the language's
  }, [labels, look.theme, look.language, unit]);
  useEffect(() => plot.current?.setData(data), [data]);

  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={place} />
    </figure>
  );
}
