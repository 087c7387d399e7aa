import type { NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import { type CodeModule, partOf } from "./contexts.ts";
import {
  argumentOf,
  calleeOf,
  type FunctionPath,
  functionOf,
  globalOf,
  isCall,
  isMember,
  nameOf,
  wrapped,
} from "./syntax.ts";

const callbackMethods = new Set([
  ...["map", "forEach", "filter", "flatMap", "find", "findIndex", "findLast", "some", "every", "reduce", "reduceRight"],
  ...["sort", "toSorted", "then", "catch", "finally"],
]);

/** The functions that are sure to be run again by each replay: the handlers, and what they call by name or pass to an array or a promise. */
export function replayedIn(module: CodeModule): Set<FunctionPath> {
  const found = new Set<FunctionPath>(module.handlers);
  // A set that grows while it is gone through.
  for (const fn of found)
    for (const used of partsOf(fn).flatMap((path) => usedAt(module, path))) if (!found.has(used)) found.add(used);
  return found;
}

/** What is in a function, but not in functions within it. */
export function partsOf(fn: NodePath): NodePath[] {
  const found: NodePath[] = [];
  fn.traverse({
    enter(path) {
      if (path.isFunction()) {
        path.skip();
        found.push(path);
      } else found.push(path);
    },
  });
  return found;
}

function usedAt(module: CodeModule, path: NodePath): FunctionPath[] {
  if (path.isFunction()) return isRunAt(module, path) ? [path] : [];
  if (isCall(path)) {
    const called = functionOf(calleeOf(path));
    return called ? [called] : [];
  }
  const named = path.isIdentifier() && isRunAt(module, path) ? functionOf(path) : undefined;
  return named ? [named] : [];
}

/** Whether a function that stands there is called by the one around it. */
function isRunAt(module: CodeModule, path: NodePath): boolean {
  const value = wrapped(path);
  const { parentPath } = value;
  if (!parentPath) return false;
  if (parentPath.isNewExpression()) return globalOf(calleeOf(parentPath)) === "Promise" && value.key === 0;
  if (parentPath.isObjectProperty()) return value.key === "value" && isBranch(module, parentPath);
  if (!isCall(parentPath)) return false;
  const callee = calleeOf(parentPath);
  if (value.key === "callee" || callee === path) return true;
  const part = partOf(module.contexts, callee);
  if (part) return part.names.join(".") === "each" && value.key === 1;
  return isMember(callee) && callbackMethods.has(nameOf(callee) ?? "");
}

/** Of `ctx.race({ a: () => ... })` and `ctx.branch(condition, { then: () => ... })`. */
function isBranch({ contexts }: CodeModule, property: NodePath): boolean {
  const object = wrapped(property.parentPath as NodePath);
  const call = object.parentPath as NodePath<t.CallExpression> | null;
  if (!call || !isCall(call)) return false;
  const at = { race: 0, branch: 1 }[partOf(contexts, calleeOf(call))?.names.join(".") ?? ""];
  return at !== undefined && argumentOf(call, at) === property.parentPath;
}
