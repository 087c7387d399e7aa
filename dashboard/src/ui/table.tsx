import type { ComponentChildren } from "preact";

export interface Column<T> {
  name: ComponentChildren;
  /** A stable key; default: its place. */
  id: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers and times line up at the right. */
  right?: boolean;
  /** Left out on narrow screens. */
  wide?: boolean;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
}

const classOf = ({ right, wide }: Column<never>) => `${right ? "right" : ""} ${wide ? "wide-only" : ""}`;

/** A plain table, for lists of up to some hundred rows. More belong into `VirtualRows`. */
export const Table = <T,>({ label, columns, rows, keyOf }: Props<T>) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
  <section class="table-scroll" aria-label={label} tabIndex={0}>
    <table class="table">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.id} scope="col" class={classOf(column)}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map((column) => (
              <td key={column.id} class={classOf(column)}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
