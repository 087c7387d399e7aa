import type { GraphStep } from "../catalog/job-type.ts";

/** A step that has an undo. */
type Undoable = GraphStep & { undo: string };

/**
 * The steps that have an undo, in the order in which they are undone: the one that ended last comes first, and none before those that depend on it. A
 * step without an end is left out; by default all end at the same time, where the last one of the definition comes first. A pure function.
 */
export function undoPlan(
  graph: readonly GraphStep[],
  endOf: (step: string) => number | undefined = () => 0,
): Undoable[] {
  const left = graph.flatMap((one) => {
    const at = endOf(one.step);
    return at === undefined ? [] : [{ one, at }];
  });
  left.reverse().sort((a, b) => b.at - a.at);
  const ordered: GraphStep[] = [];
  while (left.length > 0) {
    const next = left.findIndex(({ one }) => !left.some((other) => other.one.depends_on.includes(one.step)));
    // Without cycles, which no catalog has, there is always one.
    ordered.push(...left.splice(Math.max(0, next), 1).map(({ one }) => one));
  }
  return ordered.filter((one): one is Undoable => one.undo !== undefined);
}
