import type * as t from "@babel/types";
import { codeModuleOf } from "./contexts.ts";
import type { SourceFinding } from "./finding.ts";
import { lostChanges } from "./lost-changes.ts";
import { notAwaited } from "./not-awaited.ts";
import { openLosers } from "./open-losers.ts";
import { outsideSteps } from "./outside-steps.ts";
import { notHere, retriedCalls, undeclaredSignals } from "./refused-calls.ts";
import { repeatedKeys } from "./repeated-keys.ts";
import { programOf } from "./syntax.ts";
import { unknownEvents } from "./unknown-events.ts";
import { unseenValues } from "./unseen-values.ts";

const checks = [
  lostChanges,
  openLosers,
  notAwaited,
  outsideSteps,
  repeatedKeys,
  retriedCalls,
  notHere,
  undeclaredSignals,
  unseenValues,
];

/**
 * What is wrong with the handlers of features as code in a module, in the order of its lines. Functions of other modules are not followed.
 * `// ductape-ignore: <why>` on a line, or on the one before it, takes out what is found there. Without the `events` of the catalog, what it calls
 * may be any.
 */
export function findingsOf(source: string, file: string, events?: readonly string[]): SourceFinding[] {
  // Most modules have no handler, and are not parsed.
  if (!/\b(?:defineFeature|FeatureContext|DuctapeContext)\b|\.\s*define\b/.test(source)) return [];
  const parsed = programOf(source, file);
  if (!parsed) return [];
  const module = codeModuleOf(parsed.program);
  const ignored = new Set(parsed.comments.flatMap(ignoredBy));
  const all = [...checks.flatMap((check) => check(module)), ...(events ? unknownEvents(module, events) : [])];
  const found = all.filter(({ line }) => !ignored.has(line));
  const each = new Map(found.map((finding) => [JSON.stringify(finding), finding]));
  return [...each.values()].sort((one, other) => one.line - other.line || one.column - other.column);
}

const ignoredBy = ({ value, loc }: t.Comment): number[] =>
  loc && /^\s*ductape-ignore\b/.test(value) ? [loc.start.line, loc.end.line + 1] : [];
