import type { NodePath } from "@babel/traverse";
import { instead, values } from "../../../../lambdas/code/ductape/not-here.ts";
import { type CodeModule, partOf, stepText } from "./contexts.ts";
import { placeOf, type SourceFinding } from "./finding.ts";
import { chainOf, sureCallsOf } from "./own-code.ts";
import { argumentOf, calleeOf, isCall, nameOf, objectOf, textOf, unwrapped, wrapped } from "./syntax.ts";

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

/** Signals that a handler in Ductape's spelling waits for, and that its definition does not declare. The types tell of those in ours. */
export const undeclaredSignals = (module: CodeModule): SourceFinding[] =>
  module.definitions.flatMap(({ spelling, handler, written }) => {
    const declared = spelling === "ductape" ? namesIn(written, "signals") : undefined;
    if (!declared) return [];
    return awaitedIn(module, handler).flatMap((path): SourceFinding[] => {
      const name = textOf(path);
      if (name === undefined || declared.includes(name)) return [];
      const detail = `the feature declares no signal ${name}: add it to \`signals\` of features.define, as signals: { ${JSON.stringify(name)}: { input: {} } }.`;
      return [{ ...placeOf(path), severity: "error", rule: "undeclared-signal", detail }];
    });
  });

/** The names in an object that a property is. Undefined where they are not all written out. */
function namesIn(of: NodePath, property: string): string[] | undefined {
  const properties = of.get("properties") as NodePath[];
  if (properties.some((one) => nameOf(one) === undefined)) return undefined;
  const found = properties.find((one) => nameOf(one) === property);
  if (!found) return [];
  const names = found.isObjectProperty() ? objectOf(found.get("value") as NodePath) : undefined;
  const known = (names?.get("properties") as NodePath[] | undefined)?.map(nameOf);
  return known?.every((name) => name !== undefined) ? known : undefined;
}

/** The signals of the `ctx.waitForSignal` in a handler: the argument, or the elements of the list that it is. */
function awaitedIn({ contexts }: CodeModule, handler: NodePath): NodePath[] {
  const found: NodePath[] = [];
  handler.traverse({
    enter(path) {
      if (!isCall(path) || partOf(contexts, calleeOf(path))?.names.join(".") !== "waitForSignal") return;
      const argument = argumentOf(path, 0);
      if (argument?.isArrayExpression()) found.push(...(argument.get("elements") as NodePath[]));
      else if (argument) found.push(argument);
    },
  });
  return found;
}
