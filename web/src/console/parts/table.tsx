// A table that scrolls by itself where the screen is narrow.
import type { ComponentChildren } from "preact";

import { useConsole } from "../context";

interface Props {
  label: string;
  columns: ComponentChildren[];
  rows: { key: string; cells: ComponentChildren[] }[];
  numeric?: number[]; // columns that stand at the right
}

export function Table({ label, columns, rows, numeric = [] }: Props) {
  const { say } = useConsole();
  const sideOf = (i: number) => (numeric.includes(i) ? "number" : undefined);
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column, i) => (
              <th scope="col" key={i} class={sideOf(i)}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, i) => (
                <td key={i} class={sideOf(i)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="hint">{say("nothing")}</p>}
    </div>
  );
}
