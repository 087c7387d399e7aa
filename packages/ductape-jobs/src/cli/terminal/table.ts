import { clean } from "./clean.ts";
import { cut, padded, widthOf } from "./width.ts";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => string | undefined;
  /** Colours the cell. */
  paint?: ((text: string, row: Row) => string) | undefined;
  /** May be cut where the terminal is too narrow. The last such column gives way first. */
  flexible?: boolean;
  /**
   * The width below which a flexible column says nothing.
   * @default 12
   */
  least?: number;
  /** May be left out where the terminal is too narrow even so; the column with the smallest number first. */
  drop?: number;
}

const gap = 2;
const narrowest = 12;

/** Which columns are shown, and how wide each is. */
interface Layout {
  shown: number[];
  widths: number[];
}

/**
 * The rows as lines with aligned columns, below a line of titles. A column that is empty in every row is left out. With `width`, the
 * lines fit into so many columns of a terminal as far as columns can give way; without it, nothing is cut.
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width?: number): string[] {
  return makeTable(columns, width)(rows);
}

/**
 * A table that is printed a part at a time, under one line of titles. `more` says that further parts follow, whose columns are those of
 * the first one, empty ones included, and at least as wide.
 */
export function makeTable<Row>(columns: readonly Column<Row>[], width?: number) {
  let layout: Layout | undefined;
  return (rows: readonly Row[], more = false): string[] => {
    const cells = rows.map((row) => columns.map(({ cell }) => clean(cell(row) ?? "")));
    const isFirst = layout === undefined;
    layout ??= layoutOf(columns, cells, { width, keepsEmpty: more });
    const { shown, widths } = layout;
    const line = (texts: readonly string[], row?: Row) =>
      shown
        .map((i) => {
          const text = cut(texts[i] ?? "", widths[i] ?? 0);
          const space = " ".repeat(Math.max(0, (widths[i] ?? 0) - widthOf(text)));
          const paint = row === undefined ? undefined : columns[i]?.paint;
          return (paint ? paint(text, row as Row) : text) + space;
        })
        .join(" ".repeat(gap))
        .trimEnd();
    const head = isFirst ? [line(columns.map(({ title }) => title))] : [];
    return [...head, ...rows.map((row, i) => line(cells[i] ?? [], row))];
  };
}

function layoutOf<Row>(
  columns: readonly Column<Row>[],
  cells: readonly string[][],
  { width = Number.POSITIVE_INFINITY, keepsEmpty }: { width: number | undefined; keepsEmpty: boolean },
): Layout {
  const all = columns.map((_, i) => i).filter((i) => keepsEmpty || cells.some((row) => row[i] !== ""));
  const natural = columns.map(({ title }, i) => Math.max(widthOf(title), ...cells.map((row) => widthOf(row[i] ?? ""))));
  const dropping = all
    .filter((i) => columns[i]?.drop)
    .sort((a, b) => (columns[a]?.drop ?? 0) - (columns[b]?.drop ?? 0));
  for (let dropped = 0; ; dropped++) {
    const shown = all.filter((i) => !dropping.slice(0, dropped).includes(i));
    const widths = shrunk(columns, natural, shown, width);
    const total = shown.reduce((sum, i) => sum + (widths[i] ?? 0) + gap, -gap);
    if (total <= width || dropped === dropping.length) return { shown, widths };
  }
}

/** The widths with flexible columns made narrower, the last one first, until a line fits. */
function shrunk<Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  shown: number[],
  most: number,
): number[] {
  const widths = [...natural];
  let excess = shown.reduce((sum, i) => sum + (widths[i] ?? 0) + gap, -gap) - most;
  for (const i of shown.toReversed()) {
    if (excess <= 0 || !columns[i]?.flexible) continue;
    const width = widths[i] ?? 0;
    const taken = Math.max(0, Math.min(excess, width - (columns[i]?.least ?? narrowest)));
    widths[i] = width - taken;
    excess -= taken;
  }
  return widths;
}

/** Names and values below each other, without those that have no value. */
export function fields(pairs: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const given = pairs.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== "");
  const width = Math.max(0, ...given.map(([name]) => widthOf(name)));
  return given.map(([name, value]) => `  ${padded(name, width)}  ${value}`);
}
