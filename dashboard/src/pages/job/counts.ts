import type { JobStep } from "../../../../sdk/src/index.ts";

type Counts = NonNullable<JobStep["for_each"]>;

const number = (count: number): string => count.toLocaleString("en-US");

/** How far the items of a step have come, in the few characters that a node of the graph has. */
export const shortCounts = ({ items, done, failed }: Counts): string =>
  `${done}/${items}${failed > 0 ? `, ${failed} failed` : ""}`;

/** The same in words. */
export const countsText = ({ items, done, failed, open }: Counts): string =>
  [
    `${number(done)} of ${number(items)} items done`,
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
    ...(open > 0 ? [`${number(open)} open`] : []),
  ].join(", ");
