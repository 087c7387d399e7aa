/** The row to go to by a step from the one at `at`, of the rows that are drawn. From none, it is the first in sight. */
export function rowAfter(at: number, step: 1 | -1, { count, first }: { count: number; first: number }): number {
  if (at === -1) return first;
  return Math.min(Math.max(at + step, 0), count - 1);
}
