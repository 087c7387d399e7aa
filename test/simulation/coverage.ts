/** Merges the coverage of histories: counts are added, and of the `most ...` entries the larger one stays. */
export function sumOf(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Map<string, number> {
  const sum = new Map(a);
  for (const [name, count] of b) {
    const before = sum.get(name) ?? 0;
    sum.set(name, name.startsWith("most ") ? Math.max(before, count) : before + count);
  }
  return sum;
}

export function printCoverage(covered: ReadonlyMap<string, number>) {
  for (const [name, count] of [...covered].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(String(count).padStart(9), name);
}
