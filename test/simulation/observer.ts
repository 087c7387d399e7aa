/** What a history has shown: which invariants broke, which transitions and faults happened, and, when traced, every step. */
export interface Observer {
  violations: string[];
  /** Readable lines with virtual times; empty unless the history is traced. */
  trace: string[];
  /** The transitions and fault points that have happened, by name. */
  covered: Map<string, number>;
  /** Called only when the history is traced, since building a line costs as much as what it describes. */
  note(text: () => string): void;
  cover(name: string): void;
  /** Keeps the largest `count` given for this name. */
  most(name: string, count: number): void;
  /** `rule` is the number of an invariant of docs/design.md, or the subject of a rule that has none. */
  violated(rule: number | string, text: string): void;
}

/** A canary in every input and result, and in every error of a port, which may quote what it was sent. */
export const canary = "canary-5ecret";

export function observer(now: () => number, start: number, traced: boolean): Observer {
  const violations: string[] = [];
  const trace: string[] = [];
  const covered = new Map<string, number>();
  const note = (text: () => string) => {
    if (traced) trace.push(`${String(now() - start).padStart(10)} ms  ${text()}`);
  };
  return {
    violations,
    trace,
    covered,
    note,
    cover: (name) => covered.set(name, (covered.get(name) ?? 0) + 1),
    most: (name, count) => covered.set(name, Math.max(covered.get(name) ?? 0, count)),
    violated(rule, text) {
      const line = `${typeof rule === "number" ? `invariant ${rule}` : rule}: ${text}`;
      violations.push(line);
      note(() => `!! ${line}`);
    },
  };
}
