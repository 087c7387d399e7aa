import type { NodePath } from "@babel/traverse";
import { type CodeModule, partOf } from "./contexts.ts";
import { placeOf, type SourceFinding } from "./finding.ts";
import { calleeOf, isCall, wrapped } from "./syntax.ts";

const comparing: readonly string[] = ["===", "!==", "==", "!="];

/**
 * Conditions on a variable or constant in Ductape's spelling. The handler has a reference to it, which is made a value where an event's input is made: it
 * equals nothing and is never false, whatever the catalog says. What compares it as a number throws by itself.
 */
export function unseenValues({ program, contexts }: CodeModule): SourceFinding[] {
  const found: SourceFinding[] = [];
  program.traverse({
    enter(path) {
      if (!isCall(path)) return;
      const part = partOf(contexts, calleeOf(path));
      const [name = "", ...more] = part?.names ?? [];
      if (part?.spelling !== "ductape" || more.length > 0 || !["variable", "constant"].includes(name)) return;
      for (const use of usesOf(path)) {
        if (!isCondition(use)) continue;
        const detail = `ctx.${name} is a reference, whose value is known where an event's input is made: as a condition it is the same whatever the catalog says. Pass what the handler needs of it in the input.`;
        found.push({ ...placeOf(use), severity: "warning", rule: "unseen-value", detail });
      }
    },
  });
  return found;
}

/** Where a value is used: itself, or the constant that holds it. */
function usesOf(call: NodePath): NodePath[] {
  const whole = wrapped(call);
  const holder = whole.parentPath;
  if (!holder?.isVariableDeclarator() || holder.node.id.type !== "Identifier") return [whole];
  const binding = holder.scope.getBinding(holder.node.id.name);
  return binding?.constant ? binding.referencePaths.map(wrapped) : [];
}

function isCondition(use: NodePath): boolean {
  const of = use.parentPath;
  if (!of) return false;
  if (of.isBinaryExpression()) return comparing.includes(of.node.operator);
  if (of.isUnaryExpression()) return of.node.operator === "!";
  if (of.isLogicalExpression()) return use.key === "left" && of.node.operator !== "??";
  if (of.isSwitchStatement()) return use.key === "discriminant";
  return use.key === "test" && (of.isIfStatement() || of.isConditionalExpression() || of.isWhile());
}
