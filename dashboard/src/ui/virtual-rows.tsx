import { useVirtualizer } from "@tanstack/react-virtual";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props<T> {
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** The height of each row in pixels. */
  height: number;
  /** The cells of one row: `td` elements, and a `th` with `scope="row"` for its name. */
  children: (row: T, index: number) => ComponentChildren;
  /** The head, which stays in sight: `th` elements with `scope="col"`. */
  head: ComponentChildren;
  /** Extra classes of the table and of each row: a class with `grid-template-columns`, for example. */
  class?: string;
  rowClass?: (row: T) => string;
  label: string;
  /** Called with where one is: the first row in sight, and whether the table is at its top or near its end. */
  onPlace?: (first: number, at: { top: boolean; end: boolean }) => void;
  /** After the last row. */
  foot?: ComponentChildren;
}

const overscan = 8;

/** A table that draws only the rows in sight, so that 10,000 scroll smoothly. Its parent gives it its height. */
export function VirtualRows<T>(props: Props<T>) {
  const { rows, keyOf, height, children, head, label, rowClass, onPlace, foot } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => keyOf(rows[index] as T),
    overscan,
    initialRect: { width: 800, height: 800 },
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  const atTop = (virtual.scrollOffset ?? 0) < height / 2;
  const atEnd = last >= rows.length - overscan - 1;
  // The callback is new with each drawing.
  useEffect(() => onPlace?.(first, { top: atTop, end: atEnd }), [first, atTop, atEnd]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section ref={scroller} class={`vtable ${props.class ?? ""}`} aria-label={label} tabIndex={0}>
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr class="vtable-row" aria-rowindex={1}>
            {head}
          </tr>
        </thead>
        <tbody style={{ height: `${virtual.getTotalSize()}px` }}>
          {items.map(({ index, key, start }) => {
            const row = rows[index] as T;
            return (
              <tr
                key={key as string}
                class={`vtable-row ${rowClass?.(row) ?? ""}`}
                aria-rowindex={index + 2}
                style={{ transform: `translateY(${start}px)`, height: `${height}px` }}
              >
                {children(row, index)}
              </tr>
            );
          })}
        </tbody>
      </table>
      {foot}
    </section>
  );
}
