import type { NodePath } from "@babel/traverse";

/** What is wrong with a handler, by its place in the source: lines and columns count from 1. */
export interface SourceFinding {
  line: number;
  column: number;
  /** The engine is sure to refuse an `error` where the handler comes to it. */
  severity: "error" | "warning";
  rule:
    | "lost-change"
    | "open-losers"
    | "outside-step"
    | "not-repeatable"
    | "repeated-key"
    | "retried-calls"
    | "not-here"
    | "not-awaited"
    | "undeclared-signal"
    | "unknown-event"
    | "unseen-value";
  detail: string;
}

export function placeOf({ node }: NodePath): Pick<SourceFinding, "line" | "column"> {
  const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
  return { line, column: column + 1 };
}
