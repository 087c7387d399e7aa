import type { NodePath } from "@babel/traverse";
import { instead, values } from "../../../../lambdas/code/ductape/not-here.ts";
import { type CodeModule, partOf, stepText } from "./contexts.ts";
import { placeOf, type SourceFinding } from "./finding.ts";
import { chainOf, sureCallsOf } from "./own-code.ts";
import { argumentOf, nameOf, objectOf, unwrapped, wrapped } from "./syntax.ts";

/** What Ductape's context has and this one does not. */
export function notHere({ program, contexts }: CodeModule): SourceFinding[] {
  const found: SourceFinding[] = [];
  program.traverse({
    Identifier(path) {
      if (!path.isReferencedIdentifier()) return;
      const whole = chainOf(path as NodePath);
      const part = partOf(contexts, whole);
      if (part?.spelling !== "ductape") return;
      const paths = part.names.map((_, i) => part.names.slice(0, i + 1).join("."));
      const name = paths.find((one) => Object.hasOwn(instead, one));
      // What is a value is refused where it is read, and all else where it is called.
      if (name === undefined || !(values.includes(name) || wrapped(whole).key === "callee")) return;
      const detail = `ctx.${name} is not here: ${instead[name]}.`;
      found.push({ ...placeOf(path), severity: "error", rule: "not-here", detail });
    },
  });
  return found;
}

/** Steps that would do again what their calls of ctx have done. Those in Ductape's spelling are tried again as a whole. */
export const retriedCalls = (module: CodeModule): SourceFinding[] =>
  module.steps.flatMap((step) => {
    const { fn, call, spelling } = step;
    const options = objectOf(argumentOf(call, 2));
    const retries = (options?.get("properties") as NodePath[] | undefined)?.find((one) => nameOf(one) === "retries");
    const value = retries?.isObjectProperty() ? unwrapped(retries.get("value") as NodePath) : undefined;
    const [made] = fn && spelling === "ours" ? sureCallsOf(module, fn) : [];
    if (!retries || !made || !value?.isNumericLiteral() || value.node.value === 0) return [];
    const detail = `${stepText(step)} has retries and calls ctx.${made.name} (line ${placeOf(made.path).line}), so that it fails: give the retries to what it calls.`;
    return [{ ...placeOf(retries), severity: "error", rule: "retried-calls", detail } as const];
  });
