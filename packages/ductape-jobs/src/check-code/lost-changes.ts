import type { Binding, NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import { type CodeModule, isOfHandler, partOf, stepText } from "./contexts.ts";
import { placeOf, type SourceFinding } from "./finding.ts";
import { type OwnCode, ownCodeOf } from "./own-code.ts";
import { bindingOf, calleeOf, globalOf, isCall, isMember, isWithin, nameOf, objectOf, unwrapped } from "./syntax.ts";

/** A change of what a name stands for, or of a part of it. */
interface Change {
  binding: Binding;
  at: NodePath;
  /** The name in it that is no reading. */
  root: NodePath;
  kind: "counts" | "sets" | "changes";
  /** The property that is set, where only that is. */
  property?: string | undefined;
}

type Plain = "array" | "map" | "set" | "object" | "data";

const changing: Readonly<Record<"array" | "map" | "set", readonly string[]>> = {
  array: ["push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin"],
  map: ["set", "delete", "clear"],
  set: ["add", "delete", "clear"],
};

/**
 * Variables of a handler that own code changes, so that a replay finds them as they were before. What only steps use that set it themselves,
 * such as a connection, is no fault.
 */
export function lostChanges(module: CodeModule): SourceFinding[] {
  const changes = ownCodeOf(module).flatMap((own) =>
    [...own.all].flatMap((fn) => changesIn(module, fn).map((change) => ({ ...change, own, fn }))),
  );
  const outside = changes.filter(
    ({ binding, own, fn }) =>
      !isWithin(binding.scope.path, own.fn) && !isWithin(binding.scope.path, fn) && isOfHandler(module, binding),
  );
  return [...Map.groupBy(outside, ({ binding }) => binding)].flatMap(([binding, ofIt]) =>
    ofIt.filter((change) => change.kind === "counts" || isMissed(binding, change, ofIt)).map(findingOf),
  );
}

/** Whether the change is read by what has not made it. One that nothing reads was meant to be. */
function isMissed(binding: Binding, change: Change, changes: readonly (Change & { own: OwnCode })[]): boolean {
  const roots = new Set(changes.map(({ root }) => root.node));
  const makers = changes.flatMap(({ own }) => [...own.all]);
  const reads = binding.referencePaths.filter((read) => !roots.has(read.node) && isReadOf(read, change));
  return reads.length === 0 || reads.some((read) => !makers.some((fn) => isWithin(read, fn)));
}

/** Other properties than the one that was set are no reading of it, nor is setting it. */
function isReadOf(read: NodePath, { property }: Change): boolean {
  const parent = read.parentPath;
  if (property === undefined || !parent || !isMember(parent) || parent.get("object") !== read) return true;
  const name = nameOf(parent);
  if (name !== undefined && name !== property) return false;
  const isSet = parent.parentPath?.isAssignmentExpression({ operator: "=" }) && parent.key === "left";
  return name === undefined || !isSet;
}

function findingOf({ at, root, kind, own }: Change & { own: OwnCode }): SourceFinding {
  const name = (root.node as t.Identifier).name;
  const what = kind === "changes" ? `what \`${name}\` holds is changed` : `\`${name}\` is changed`;
  return {
    ...placeOf(at),
    ...{ severity: "warning", rule: "lost-change" },
    detail: `${what} in the function of ${stepText(own.step)}. A replay does not run that again, and the change is lost: return the value from the step, and use what ctx.step returns.`,
  };
}

function changesIn(module: CodeModule, fn: NodePath): Change[] {
  const found: Change[] = [];
  const add = (target: NodePath, at: NodePath, kind: "counts" | "sets") =>
    void found.push(...changesOf(module, target, at, kind));
  fn.traverse({
    AssignmentExpression(path) {
      const isPlain = ["=", "??=", "||=", "&&="].includes(path.node.operator);
      add(path.get("left") as NodePath, path, isPlain ? "sets" : "counts");
    },
    UpdateExpression: (path) => add(path.get("argument") as NodePath, path, "counts"),
    ForXStatement: (path) => add(path.get("left") as NodePath, path.get("left") as NodePath, "sets"),
    UnaryExpression(path) {
      const target = unwrapped(path.get("argument") as NodePath);
      if (path.node.operator === "delete" && isMember(target)) add(target, path, "sets");
    },
    CallExpression: (path) => void found.push(...changesByCall(module, path)),
    OptionalCallExpression: (path) =>
      void found.push(...changesByCall(module, path as unknown as NodePath<t.CallExpression>)),
  });
  return found;
}

function changesOf(module: CodeModule, path: NodePath, at: NodePath, kind: "counts" | "sets"): Change[] {
  const target = unwrapped(path);
  const each = (paths: NodePath[]) => paths.flatMap((one) => (one.node ? changesOf(module, one, one, kind) : []));
  if (target.isArrayPattern()) return each(target.get("elements") as NodePath[]);
  if (target.isObjectPattern()) return each(target.get("properties") as NodePath[]);
  if (target.isObjectProperty()) return each([target.get("value") as NodePath]);
  if (target.isRestElement()) return each([target.get("argument") as NodePath]);
  if (target.isAssignmentPattern()) return each([target.get("left") as NodePath]);
  const binding = bindingOf(target);
  if (binding) return [{ binding, at, root: target, kind }];
  const member = memberOf(target);
  const plain = member && plainOf(module, member.binding);
  if (!member || !plain || plain === "map" || plain === "set") return [];
  return [{ ...member, at, kind: "changes", property: plain === "array" ? undefined : member.names[0] }];
}

/** `items.push(x)`, `order.lines.push(x)` and `Object.assign(order, x)`, where it is known what they are. */
function changesByCall(module: CodeModule, call: NodePath<t.CallExpression>): Change[] {
  const callee = calleeOf(call);
  const [first] = call.get("arguments") as NodePath[];
  if (first && globalOf(callee) === "Object.assign") {
    const binding = bindingOf(unwrapped(first));
    const plain = binding && plainOf(module, binding);
    return binding && (plain === "object" || plain === "data")
      ? [{ binding, at: call, root: unwrapped(first), kind: "changes" }]
      : [];
  }
  const member = memberOf(callee);
  const method = member?.names.at(-1);
  if (!member || method === undefined) return [];
  const place = member.names.slice(0, -1);
  const plain = partPlainOf(module, member.binding, place);
  const kinds: ("array" | "map" | "set")[] = plain === "data" ? ["array"] : plain && plain !== "object" ? [plain] : [];
  return kinds.some((one) => changing[one].includes(method))
    ? [{ ...member, at: call, kind: "changes", property: place[0] }]
    : [];
}

/** The name at the beginning of `order.lines[0].count`, and what follows it; undefined for what is not written out. */
function memberOf(path: NodePath): { binding: Binding; root: NodePath; names: (string | undefined)[] } | undefined {
  const names: (string | undefined)[] = [];
  let at = unwrapped(path);
  while (isMember(at)) {
    names.unshift(nameOf(at));
    at = unwrapped(at.get("object") as NodePath);
  }
  const binding = bindingOf(at);
  return binding && names.length > 0 ? { binding, root: at, names } : undefined;
}

/** What a name stands for, where that is sure. */
function plainOf(module: CodeModule, binding: Binding): Plain | undefined {
  if (isData(module, binding)) return "data";
  if (!binding.path.isVariableDeclarator() || !binding.path.get("id").isIdentifier()) return undefined;
  const init = binding.path.get("init") as NodePath;
  return init.node ? plainValue(unwrapped(init)) : undefined;
}

function plainValue(value: NodePath): Exclude<Plain, "data"> | undefined {
  if (value.isArrayExpression()) return "array";
  if (value.isObjectExpression()) return "object";
  if (!value.isNewExpression() && !isCall(value)) return undefined;
  const made = globalOf(calleeOf(value as NodePath<t.CallExpression>));
  if (value.isNewExpression() && made === "Map") return "map";
  if (value.isNewExpression() && made === "Set") return "set";
  return made === "Array" || made === "Array.from" || made === "Array.of" ? "array" : undefined;
}

function partPlainOf(module: CodeModule, binding: Binding, place: readonly (string | undefined)[]): Plain | undefined {
  const plain = plainOf(module, binding);
  if (place.length === 0 || plain === "data") return plain;
  const object = objectOf(plain === "object" ? (binding.path.get("init") as NodePath) : undefined);
  const property = (object?.get("properties") as NodePath[] | undefined)?.find((one) => nameOf(one) === place[0]);
  return property?.isObjectProperty() && place.length === 1
    ? plainValue(unwrapped(property.get("value") as NodePath))
    : undefined;
}

const bringing = new Set([
  ...["run", "feature", "workflow", "step", "waitForSignal", "approve", "api", "action", "actions", "database"],
  ...["notification", "storage", "publish", "messaging", "functions"],
]);

/** Whether a name stands for the input, or for what a call of ctx has brought, or for a part of them. */
function isData(module: CodeModule, binding: Binding, seen = new Set<Binding>()): boolean {
  if (seen.has(binding)) return false;
  seen.add(binding);
  if (module.inputs.some((input) => declares(input, binding))) return true;
  if (!binding.path.isVariableDeclarator()) return false;
  const { parentPath } = binding.path;
  const loop = parentPath?.parentPath;
  if (loop?.isForOfStatement() && loop.get("left") === parentPath)
    return isDataValue(module, loop.get("right") as NodePath, seen);
  const init = binding.path.get("init") as NodePath;
  return init.node ? isDataValue(module, init, seen) : false;
}

const declares = (pattern: NodePath, { identifier }: Binding): boolean => {
  let isThere = pattern.node === identifier;
  pattern.traverse({
    Identifier(path) {
      isThere ||= path.node === identifier;
    },
  });
  return isThere;
};

function isDataValue(module: CodeModule, path: NodePath, seen: Set<Binding>): boolean {
  const value = unwrapped(path);
  if (value.isAwaitExpression()) {
    const called = unwrapped(value.get("argument") as NodePath);
    const [first = ""] = isCall(called) ? (partOf(module.contexts, calleeOf(called))?.names ?? []) : [];
    return bringing.has(first);
  }
  const part = partOf(module.contexts, value);
  if (part) return part.names[0] === "input" || part.names[0] === "sampleInput";
  if (isMember(value)) return isDataValue(module, value.get("object") as NodePath, seen);
  const binding = bindingOf(value);
  return binding !== undefined && isData(module, binding, seen);
}
