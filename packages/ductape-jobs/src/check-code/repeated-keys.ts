import type { NodePath } from "@babel/traverse";
import { type CodeModule, partOf, type StepCall } from "./contexts.ts";
import { placeOf, type SourceFinding } from "./finding.ts";
import { partsOf } from "./replayed.ts";
import { calleeOf, isCall, isMember, isSure, nameOf, wrapped } from "./syntax.ts";

/** Steps that are sure to have the same key twice. */
export const repeatedKeys = (module: CodeModule): SourceFinding[] =>
  module.steps.flatMap((step) => {
    const where = step.key === undefined ? undefined : whereAgain(module, step);
    if (where === undefined) return [];
    const detail = `the key "${step.key}" is ${where}, which parks the run (DUPLICATE_KEY). Make the key of what the call is about.`;
    return [{ ...placeOf(step.call), severity: "warning", rule: "repeated-key", detail } as const];
  });

function whereAgain(module: CodeModule, step: StepCall): string | undefined {
  if (isRepeated(module, step.call)) return "the same in each round of the loop";
  const fn = step.call.getFunctionParent();
  if (!fn || !isSure(step.call, fn)) return undefined;
  const earlier = module.steps.slice(0, module.steps.indexOf(step));
  const first = earlier.find(
    ({ call, key }) => key === step.key && call.getFunctionParent() === fn && isSure(call, fn),
  );
  return first && `that of line ${placeOf(first.call).line} too`;
}

/** Whether a call is made in each round of a loop that nothing leaves early. */
function isRepeated(module: CodeModule, call: NodePath): boolean {
  const fn = call.getFunctionParent();
  const loop = call.findParent((path) => path.isLoop() || path === fn);
  if (!fn || !loop) return false;
  if (loop.isLoop()) {
    const body = loop.get("body") as NodePath;
    return call.isDescendant(body) && isSure(call, body) && !partsOf(body).some((path) => leaves(module, path));
  }
  return isSure(call, fn) && isCalledForEach(module, wrapped(fn));
}

const leaves = ({ contexts }: CodeModule, path: NodePath): boolean =>
  path.isBreakStatement() ||
  path.isContinueStatement() ||
  path.isReturnStatement() ||
  path.isThrowStatement() ||
  (isCall(path) && partOf(contexts, calleeOf(path))?.names[0] === "continueAs");

/** Whether a function is what `map`, `forEach` or `ctx.each` calls for the elements of a list. */
function isCalledForEach({ contexts }: CodeModule, fn: NodePath): boolean {
  const call = fn.parentPath;
  if (!call || !isCall(call) || fn.listKey !== "arguments") return false;
  const callee = calleeOf(call);
  if (partOf(contexts, callee)) return partOf(contexts, callee)?.names.join(".") === "each";
  return isMember(callee) && fn.key === 0 && ["map", "forEach", "flatMap"].includes(nameOf(callee) ?? "");
}
