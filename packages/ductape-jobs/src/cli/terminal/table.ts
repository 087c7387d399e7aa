import { clean } from "./clean.ts";
import { cut, padded, widthOf } from "./width.ts";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => string | undefined;
  /** Colours the cell. */
  paint?: ((text: string, row: Row) => string) | undefined;
  /** May be cut where the terminal is too narrow. The last such column gives way first. */
  flexible?: boolean;
}

const gap = 2;
/** A column is not cut to less than this: below, it says nothing. */
const narrowest = 12;

/**
 * The rows as lines with aligned columns. A column that is empty in every row is left out. With `columns`, no line is longer than
 * the terminal as far as flexible columns can give way; without it, nothing is cut.
 */
export function table<Row>(all: readonly Column<Row>[], rows: readonly Row[], columns?: number): string[] {
  const cells = rows.map((row) => all.map(({ cell }) => clean(cell(row) ?? "")));
  const shown = all.map((_, i) => i).filter((i) => cells.some((row) => row[i] !== ""));
  const widths = all.map(({ title }, i) => Math.max(widthOf(title), ...cells.map((row) => widthOf(row[i] ?? ""))));
  shrink(all, widths, shown, columns);
  const line = (texts: string[], row?: Row) =>
    shown
      .map((i) => {
        const text = cut(texts[i] ?? "", widths[i] ?? 0);
        const paint = row === undefined ? undefined : all[i]?.paint;
        const space = padded(text, widths[i] ?? 0).slice(text.length);
        return (paint ? paint(text, row as Row) : text) + space;
      })
      .join(" ".repeat(gap))
      .trimEnd();
  return [line(all.map(({ title }) => title)), ...rows.map((row, i) => line(cells[i] ?? [], row))];
}

/** Makes flexible columns narrower, the last one first, until the line fits. */
function shrink<Row>(all: readonly Column<Row>[], widths: number[], shown: number[], columns?: number): void {
  if (columns === undefined) return;
  let excess = shown.reduce((sum, i) => sum + (widths[i] ?? 0) + gap, -gap) - columns;
  for (const i of shown.toReversed()) {
    if (excess <= 0 || !all[i]?.flexible) continue;
    const width = widths[i] ?? 0;
    const taken = Math.max(0, Math.min(excess, width - narrowest));
    widths[i] = width - taken;
    excess -= taken;
  }
}

/** Names and values below each other, without those that have no value. */
export function fields(pairs: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const given = pairs.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== "");
  const width = Math.max(0, ...given.map(([name]) => widthOf(name)));
  return given.map(([name, value]) => `  ${padded(name, width)}  ${value}`);
}
