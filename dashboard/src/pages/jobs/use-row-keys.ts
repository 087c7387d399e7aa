import type { RefObject } from "preact";
import { useShortcuts } from "../../shortcuts/keys.ts";
import { rowAfter } from "./row-after.ts";

interface Row {
  row: HTMLElement;
  link: HTMLElement;
}

const rowsOf = (table: HTMLElement): Row[] =>
  [...table.querySelectorAll<HTMLElement>("tbody tr")].flatMap((row) => {
    const link = row.querySelector<HTMLElement>(".row-link");
    return link ? [{ row, link }] : [];
  });

const currentOf = (rows: readonly Row[]): number => rows.findIndex(({ row }) => row.contains(document.activeElement));

/** The first row below the head, which stays in sight. */
const firstInSight = (table: HTMLElement, rows: readonly Row[]): number => {
  const top = table.querySelector("thead")?.getBoundingClientRect().bottom ?? 0;
  return Math.max(
    0,
    rows.findIndex(({ row }) => row.getBoundingClientRect().top >= top - 1),
  );
};

/** Moves the focus over the rows of a table of jobs, and ticks them. Enter follows the link that has the focus by itself. */
export function useRowKeys(table: RefObject<HTMLElement | null>): void {
  const go = (step: 1 | -1) => {
    if (!table.current) return;
    const rows = rowsOf(table.current);
    const place = { count: rows.length, first: firstInSight(table.current, rows) };
    const next = rows[rowAfter(currentOf(rows), step, place)];
    next?.row.scrollIntoView({ block: "nearest" });
    next?.link.focus({ preventScroll: true });
  };
  useShortcuts({
    "next-row": () => go(1),
    "previous-row": () => go(-1),
    "select-row": () => {
      const rows = table.current ? rowsOf(table.current) : [];
      rows[currentOf(rows)]?.row.querySelector<HTMLElement>(".tick input")?.click();
    },
  });
}
