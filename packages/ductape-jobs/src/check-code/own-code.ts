import type { NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import { type CodeModule, partOf, type StepCall } from "./contexts.ts";
import { partsOf } from "./replayed.ts";
import {
  bindingOf,
  calleeOf,
  type FunctionPath,
  functionOf,
  initOf,
  isCall,
  isMember,
  isSure,
  isWithin,
  wrapped,
} from "./syntax.ts";

/** What own code may use of ctx: what says something only. All else makes its step a part of the handler. */
const readable = new Set([
  ...["log", "now", "random", "uuid", "getState", "jobId", "runNumber", "attempt", "product", "env", "featureTag"],
  ...["input", "sampleInput", "state", "steps", "completed_steps", "current_step", "context"],
  ...["checkpoint_name", "checkpoint_data", "feature_id", "feature_tag", "workflow_id", "workflow_tag"],
  ...["when", "default", "transform", "variable", "constant"],
]);

/** What neither begins anything nor ends the run later: it is done when it returns, or throws. */
const immediate = new Set(["setState", "checkpoint", "rollback", "triggerRollback", "continueAs"]);

/** Whether a call of this part of ctx returns a promise of what it begins. */
export const isBegun = ([first]: readonly string[]): boolean =>
  first !== undefined && !readable.has(first) && !immediate.has(first);

/** The function of a step that does work itself, with the functions of the module that it uses. */
export interface OwnCode {
  step: StepCall;
  fn: FunctionPath;
  all: ReadonlySet<FunctionPath>;
}

export const ownCodeOf = (module: CodeModule): OwnCode[] =>
  module.steps.flatMap((step) => {
    const { fn } = step;
    return fn && !mayCall(module, fn) ? [{ step, fn, all: usedBy(fn) }] : [];
  });

/** The names in a function that are read, also in functions within it. */
function readIn(fn: NodePath): NodePath<t.Identifier>[] {
  const found: NodePath<t.Identifier>[] = [];
  fn.traverse({
    Identifier(path) {
      if (path.isReferencedIdentifier()) found.push(path as NodePath<t.Identifier>);
    },
  });
  return found;
}

/** Whether a function calls ctx, or may: its step is a part of the handler then. */
export function mayCall(module: CodeModule, fn: NodePath, seen = new Set<t.Node>()): boolean {
  if (seen.has(fn.node)) return false;
  seen.add(fn.node);
  return readIn(fn).some((name) => mayCallBy(module, fn, name, seen));
}

function mayCallBy(module: CodeModule, fn: NodePath, name: NodePath<t.Identifier>, seen: Set<t.Node>): boolean {
  const binding = bindingOf(name);
  if (!binding) return false;
  if (module.contexts.has(binding)) {
    const whole = chainOf(name);
    // Another name of it, which is looked at where it is used.
    if (whole.parentPath?.isVariableDeclarator()) return false;
    const [first] = partOf(module.contexts, whole)?.names ?? [];
    return first === undefined || !readable.has(first);
  }
  if (isWithin(binding.scope.path, fn)) return false;
  const named = functionOf(name);
  if (named) return mayCall(module, named, seen);
  const { parentPath } = wrapped(name);
  if (binding.kind === "param") return parentPath !== null && isCall(parentPath) && calleeOf(parentPath) === name;
  const init = initOf(binding);
  return init !== undefined && !isResult(module, init) && functionsIn(init).some((one) => mayCall(module, one, seen));
}

/** What a call of ctx has brought is data. */
function isResult({ contexts }: CodeModule, init: NodePath): boolean {
  const value = init.isAwaitExpression() ? (init.get("argument") as NodePath) : init;
  return isCall(value) && partOf(contexts, calleeOf(value)) !== undefined;
}

function functionsIn(path: NodePath): FunctionPath[] {
  const found: FunctionPath[] = [];
  path.traverse({ Function: (fn) => void found.push(fn) });
  return found;
}

/** `ctx.api.run` of the `ctx` in it. */
export function chainOf(path: NodePath): NodePath {
  const { parentPath } = wrapped(path);
  const isObject = parentPath && isMember(parentPath) && isWithin(path, parentPath.get("object") as NodePath);
  return isObject ? chainOf(parentPath) : path;
}

/** A function, and those of the module that it names. */
function usedBy(fn: FunctionPath, found = new Set<FunctionPath>()): Set<FunctionPath> {
  if (found.has(fn)) return found;
  found.add(fn);
  for (const name of readIn(fn)) {
    const used = functionOf(name);
    if (used && !isWithin(used, fn)) usedBy(used, found);
  }
  return found;
}

/** The calls of ctx that a function is sure to make. */
export const sureCallsOf = (module: CodeModule, fn: FunctionPath): { path: NodePath; name: string }[] =>
  partsOf(fn).flatMap((path) => {
    const names = isCall(path) && isSure(path, fn) ? partOf(module.contexts, calleeOf(path))?.names : undefined;
    const [first] = names ?? [];
    return names && first !== undefined && !readable.has(first) ? [{ path, name: names.join(".") }] : [];
  });
