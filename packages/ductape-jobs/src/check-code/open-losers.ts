import type { NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import { type CodeModule, isOfHandler, partOf } from "./contexts.ts";
import { placeOf, type SourceFinding } from "./finding.ts";
import { mayCall, ownCodeOf } from "./own-code.ts";
import {
  argumentOf,
  bindingOf,
  calleeOf,
  type FunctionPath,
  functionOf,
  globalOf,
  initOf,
  isCall,
  isMember,
  isWithin,
  unwrapped,
} from "./syntax.ts";

const advice: Readonly<Record<string, string>> = {
  "Promise.race": "ctx.race({ a: ..., b: ... }) closes it, and tells which was first",
  "Promise.any": "ctx.race({ a: ..., b: ... }) closes it, though it ends with the first also if that fails",
};

/**
 * `Promise.race` and `Promise.any` over calls of ctx, of which those that come later stay open. A branch that is awaited elsewhere is to stay
 * open, and what a handler returns ends the run, which closes all.
 */
export function openLosers(module: CodeModule): SourceFinding[] {
  const found: SourceFinding[] = [];
  const ownCode = ownCodeOf(module).flatMap(({ all }) => [...all]);
  module.program.traverse({
    CallExpression(path) {
      const name = globalOf(calleeOf(path)) ?? "";
      if (!Object.hasOwn(advice, name) || ownCode.some((fn) => isWithin(path, fn)) || isReturned(module, path)) return;
      if (!isInHandler(module, path) || !leavesOpen(module, argumentOf(path, 0))) return;
      const detail = `${name} leaves open what comes later: its jobs run on, and its waits take signals. ${advice[name]}.`;
      found.push({ ...placeOf(path), severity: "warning", rule: "open-losers", detail });
    },
  });
  return found;
}

const isInHandler = ({ withContext }: CodeModule, path: NodePath): boolean =>
  path.findParent(({ node }) => withContext.has(node)) !== null;

/** Whether the handler ends with it. */
function isReturned({ handlers }: CodeModule, call: NodePath): boolean {
  const fn = call.getFunctionParent();
  if (!fn || !handlers.has(fn as FunctionPath)) return false;
  const outer = call.findParent((path) => !path.isAwaitExpression() && !path.isTSAsExpression());
  return outer?.isReturnStatement() === true || outer === fn;
}

function leavesOpen(module: CodeModule, given: NodePath | undefined): boolean {
  if (!given) return false;
  const kept = bindingOf(given);
  if (kept && kept.referencePaths.length > 1) return false;
  const branches = kept ? initOf(kept) : given;
  if (!branches) return false;
  // `lines.map((line) => ctx.run(...))`
  if (!branches.isArrayExpression()) return isCall(branches) && callsWithin(module, branches);
  const elements = (branches.get("elements") as NodePath[]).filter(({ node }) => node);
  if (elements.some((element) => isKept(unwrapped(element)))) return false;
  if (elements.some((element) => element.isSpreadElement() && callsWithin(module, element))) return true;
  const begun = elements.map(unwrapped).filter((element) => begins(module, element));
  return begun.length > 1 && !begun.every((element) => isOwnCode(module, element));
}

/** Own code runs to its end, whether something waits for it or not. */
const isOwnCode = (module: CodeModule, element: NodePath): boolean =>
  module.steps.some(({ call, fn }) => call === element && fn !== undefined && !mayCall(module, fn));

const isKept = (element: NodePath): boolean => (bindingOf(element)?.referencePaths.length ?? 0) > 1;

/** Whether an expression begins a call of ctx. */
function begins(module: CodeModule, path: NodePath, depth = 0): boolean {
  const binding = bindingOf(path);
  if (binding) {
    const init = isOfHandler(module, binding) ? initOf(binding) : undefined;
    return init !== undefined && depth < 10 && begins(module, init, depth + 1);
  }
  if (!isCall(path)) return false;
  const callee = calleeOf(path);
  if (partOf(module.contexts, callee)) return true;
  const fn = functionOf(callee);
  if (fn) return mayCall(module, fn);
  // `ctx.sleep("1h").then(...)`
  return isMember(callee) && begins(module, unwrapped(callee.get("object") as NodePath), depth);
}

/** Whether a call is given a function that calls ctx. */
function callsWithin(module: CodeModule, path: NodePath): boolean {
  const given: NodePath[] = [];
  path.traverse({
    Function: (fn) => void given.push(fn),
    CallExpression: (call: NodePath<t.CallExpression>) => void given.push(...(call.get("arguments") as NodePath[])),
  });
  const own = isCall(path) ? (path.get("arguments") as NodePath[]) : [];
  return [...own, ...given].some((one) => {
    const fn = functionOf(one);
    return fn !== undefined && mayCall(module, fn);
  });
}
