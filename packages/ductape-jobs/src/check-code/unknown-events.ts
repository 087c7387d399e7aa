import { didYouMean } from "../../../../lambdas/core/kernel/schema.ts";
import { type CodeModule, partOf } from "./contexts.ts";
import { placeOf, type SourceFinding } from "./finding.ts";
import { argumentOf, calleeOf, isCall, textOf } from "./syntax.ts";

const calling = ["run", "feature"];

/**
 * Calls of job events that no product has, of those of the catalog: a run waits there for a deployment that has the event. A module may be of
 * several products, so an event of any of them is known.
 */
export function unknownEvents({ program, contexts }: CodeModule, events: readonly string[]): SourceFinding[] {
  const found: SourceFinding[] = [];
  program.traverse({
    enter(path) {
      const part = isCall(path) ? partOf(contexts, calleeOf(path)) : undefined;
      const called = part?.names.join(".") ?? "";
      if (!isCall(path) || part?.spelling !== "ours" || !calling.includes(called)) return;
      const argument = argumentOf(path, 0);
      const event = argument && textOf(argument);
      if (!argument || event === undefined || events.includes(event)) return;
      const detail = `ctx.${called} of "${event}" would wait: the catalog has no event of that name.${didYouMean(event, events)}`;
      found.push({ ...placeOf(argument), severity: "error", rule: "unknown-event", detail });
    },
  });
  return found;
}
