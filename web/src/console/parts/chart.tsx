// Lines over time. uPlot, which draws them, is fetched when the first chart is shown.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
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
  const { say, formats, look } = useConsole();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [isMissing, setIsMissing] = useState(false); // what draws it could not be fetched
  const labels = lines.map(({ label }) => label).join("\n");
  const data = useMemo(
    () =>
      [times.map((time) => time / 1000), ...lines.map(({ values }) => values)] as uPlot.AlignedData,
    [times, lines],
  );
  const write = (value: number) => `${formats.number(value)}${unit}`;
  // What the picture says, for who does not see it.
  const inWords = lines.map(({ label, values }) => {
    const told = values.filter((value) => value !== null);
    const [latest, highest] = told.length > 0 ? [told.at(-1)!, Math.max(...told)].map(write) : [];
    return say("chartLine", { label, latest: latest ?? "-", highest: highest ?? "-" });
  });
  const spoken = `${title}. ${inWords.join("; ")}`;
  const newest = useRef({ data, spoken });
  newest.current = { data, spoken };

  useEffect(() => {
    let isGone = false;
    const draw = ({ plotOf }: typeof import("./plot")) => {
      if (isGone || !place.current) return;
      setIsMissing(false);
      const style = getComputedStyle(document.documentElement);
      const colourOf = (name: string) => style.getPropertyValue(name).trim();
      plot.current = plotOf(place.current, newest.current.data, {
        height,
        ink: colourOf("--faint"),
        grid: colourOf("--line"),
        lines: labels.split("\n").map((label, i) => ({ label, colour: colourOf(colours[i]!) })),
        write,
        timeLabel: say("range"),
        writeTime: (seconds) => formats.time(seconds * 1000),
        writeTick: (seconds, isOfDays) => formats.tick(seconds * 1000, isOfDays),
      });
      tell(plot.current, newest.current.spoken);
    };
    void import("./plot").then(draw, () => setIsMissing(true));
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
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `say` and `formats` are the language's
  }, [labels, look.isDark, look.language, unit]);
  useEffect(() => plot.current?.setData(data), [data]);
  useEffect(() => {
    if (plot.current) tell(plot.current, spoken);
  }, [spoken]);

  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      {isMissing && <p>{inWords.join("; ")}</p>}
      <div ref={place} />
    </figure>
  );
}

function tell({ ctx }: uPlot, spoken: string): void {
  ctx.canvas.setAttribute("role", "img");
  ctx.canvas.setAttribute("aria-label", spoken);
}
