/** A goal and how far it is met. */
export interface Target {
  what: string;
  target: string;
  measured: string;
  met: boolean;
}

/** The results of one part, as its section of docs/benchmarks.md. */
export interface Section {
  title: string;
  targets: Target[];
  /** Markdown that follows the table of targets. */
  text: string;
}

export type Part = () => Promise<Section>;

export const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? "---" : "--:")), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** The value that the share `p` of the values does not exceed. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** `1.24 s`, `37 ms`. */
export const duration = (ms: number): string =>
  ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
