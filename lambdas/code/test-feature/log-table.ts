import type { LogEntry, SentValue } from "../../core/job/decide-messages.ts";

const widest = 60;

/** The log of a run for people: what it has seen, in order. */
export function logTable(log: readonly LogEntry[], startedAt: number): string {
  const rows = log.map((entry) => [
    String(entry.n),
    since(entry.at - startedAt),
    entry.k,
    entry.c,
    entry.e,
    broughtBy(entry),
  ]);
  const all = [["n", "after", "key", "kind", "end", "brought"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function broughtBy({ error, value, signal, reason }: LogEntry): string {
  if (error) return cutCell(`${error.code}: ${error.message}`);
  const text = value ? cellOf(value) : "";
  return cutCell([signal, text, reason].filter((part) => part).join(" "));
}

const cellOf = (value: SentValue): string => ("v" in value ? JSON.stringify(value.v) : `${value.bytes} bytes`);
const cutCell = (text: string): string => (text.length <= widest ? text : `${text.slice(0, widest - 1)}…`);

function since(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const;
  for (const [unit, size] of units) if (ms >= size) return `${Number((ms / size).toFixed(2))}${unit}`;
  return `${ms}ms`;
}
