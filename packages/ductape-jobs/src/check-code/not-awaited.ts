import type { NodePath } from "@babel/traverse";
import { type CodeModule, partOf } from "./contexts.ts";
import { placeOf, type SourceFinding } from "./finding.ts";
import { isBegun, mayCall } from "./own-code.ts";
import { argumentOf, calleeOf, functionOf, isCall, isMember, nameOf, unwrapped } from "./syntax.ts";

const settles = new Set(["then", "catch", "finally"]);

/**
 * Calls of ctx whose promise is dropped: the handler goes on at once, and its end leaves behind what has not begun. `void` says that this is meant.
 */
export function notAwaited(module: CodeModule): SourceFinding[] {
  const found: SourceFinding[] = [];
  module.program.traverse({
    ExpressionStatement(path) {
      const dropped = unwrapped(path.get("expression") as NodePath);
      const detail = droppedCall(module, dropped) ?? droppedCallback(module, dropped);
      if (detail !== undefined) found.push({ ...placeOf(dropped), severity: "warning", rule: "not-awaited", detail });
    },
  });
  return found;
}

/** `ctx.run("go")` and `ctx.run("go").then(...)`. */
function droppedCall(module: CodeModule, path: NodePath): string | undefined {
  if (!isCall(path)) return undefined;
  const callee = calleeOf(path);
  const names = partOf(module.contexts, callee)?.names;
  if (names)
    return isBegun(names)
      ? `ctx.${names.join(".")} is not awaited: it does not begin if the handler ends first, and nobody sees that it fails. Await it, or write \`void ctx.${names.join(".")}(...)\` where that is meant.`
      : undefined;
  return isMember(callee) && settles.has(nameOf(callee) ?? "")
    ? droppedCall(module, unwrapped(callee.get("object") as NodePath))
    : undefined;
}

/** `lines.forEach(async (line) => { await ctx.run(...); })`, which nothing can wait for. */
function droppedCallback(module: CodeModule, path: NodePath): string | undefined {
  const callee = isCall(path) ? calleeOf(path) : undefined;
  const method = callee && isMember(callee) ? nameOf(callee) : undefined;
  if (!isCall(path) || (method !== "forEach" && method !== "map")) return undefined;
  const given = argumentOf(path, 0);
  const fn = given && functionOf(given);
  if (!fn?.node.async || !mayCall(module, fn)) return undefined;
  return `${method} does not wait for the async function that it is given, whose calls of ctx do not begin if the handler ends first: use a loop, or \`await Promise.all(list.map(...))\`.`;
}
