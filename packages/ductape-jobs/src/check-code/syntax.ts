import { parse } from "@babel/parser";
import babel, { type Binding, type NodePath } from "@babel/traverse";
import type * as t from "@babel/types";

export type FunctionPath = NodePath<t.Function>;

/** The program of a module. Undefined if it is written in a way that the parser does not know, though it compiles. */
export function programOf(source: string, file: string): Parsed | undefined {
  try {
    return parsed(source, file);
  } catch (error) {
    // A TypeError is thrown for names that are declared twice.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

interface Parsed {
  program: NodePath<t.Program>;
  comments: t.Comment[];
}

function parsed(source: string, file: string): Parsed {
  const isTyped = /\.[cm]?tsx?$/.test(file);
  const hasElements = /\.(?:[jt]sx|[cm]?js)$/.test(file);
  const tree = parse(source, {
    sourceType: "unambiguous",
    plugins: [
      ...(["decorators", "decoratorAutoAccessors", "explicitResourceManagement"] as const),
      ...(isTyped ? (["typescript"] as const) : []),
      ...(hasElements ? (["jsx"] as const) : []),
    ],
  });
  let program: NodePath<t.Program> | undefined;
  babel.default(tree, {
    Program(path) {
      program = path;
      path.stop();
    },
  });
  return { program: program as NodePath<t.Program>, comments: tree.comments ?? [] };
}

const wrappers = new Set([
  ...["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "TSTypeAssertion"],
  ...["TSInstantiationExpression", "ParenthesizedExpression"],
]);

/** An expression without the types and the parentheses around it. */
export const unwrapped = (path: NodePath): NodePath =>
  wrappers.has(path.type) ? unwrapped(path.get("expression") as NodePath) : path;

/** What an expression is a part of, without the types and the parentheses around it. */
export function wrapped(path: NodePath): NodePath {
  const parent = path.parentPath;
  return parent && wrappers.has(parent.type) ? wrapped(parent) : path;
}

export const argumentOf = (call: NodePath<t.CallExpression | t.NewExpression>, at: number): NodePath | undefined => {
  const argument = (call.get("arguments") as NodePath[])[at];
  return argument && unwrapped(argument);
};

export const bindingOf = (path: NodePath): Binding | undefined =>
  path.isIdentifier() ? path.scope.getBinding(path.node.name) : undefined;

/** The value of a constant. */
export function initOf(binding: Binding | undefined): NodePath | undefined {
  if (!binding?.constant || !binding.path.isVariableDeclarator() || !binding.path.get("id").isIdentifier())
    return undefined;
  const init = binding.path.get("init") as NodePath;
  return init.node ? unwrapped(init) : undefined;
}

/** The function of the same module that an expression is or names. */
export function functionOf(path: NodePath, depth = 0): FunctionPath | undefined {
  const of = unwrapped(path);
  if (of.isFunction()) return of;
  const binding = bindingOf(of);
  if (binding?.path.isFunctionDeclaration()) return binding.constant ? binding.path : undefined;
  const init = initOf(binding);
  // Names may stand for each other.
  return init && depth < 10 ? functionOf(init, depth + 1) : undefined;
}

/** The object of the same module that an expression is or names. */
export function objectOf(path: NodePath | undefined): NodePath<t.ObjectExpression> | undefined {
  if (!path) return undefined;
  const of = unwrapped(path);
  if (of.isObjectExpression()) return of;
  const init = initOf(bindingOf(of));
  return init?.isObjectExpression() ? init : undefined;
}

/** The name of a property, where it is written out. */
export function nameOf({ node }: NodePath): string | undefined {
  const {
    computed,
    key = undefined,
    property = key,
  } = node as unknown as {
    computed?: boolean;
    key?: t.Node;
    property?: t.Node;
  };
  if (property?.type === "StringLiteral") return property.value;
  return !computed && property?.type === "Identifier" ? property.name : undefined;
}

export const isMember = (path: NodePath): path is NodePath<t.MemberExpression | t.OptionalMemberExpression> =>
  path.isMemberExpression() || path.isOptionalMemberExpression();

export const isCall = (path: NodePath): path is NodePath<t.CallExpression> =>
  path.isCallExpression() || path.isOptionalCallExpression();

export const calleeOf = (call: NodePath<t.CallExpression | t.NewExpression>): NodePath =>
  unwrapped(call.get("callee") as NodePath);

/** A text that is written out. */
export function textOf(path: NodePath | undefined): string | undefined {
  if (path?.isStringLiteral()) return path.node.value;
  if (path?.isTemplateLiteral() && path.node.expressions.length === 0) return path.node.quasis[0]?.value.cooked ?? "";
  return undefined;
}

/** The name that a module exports what a name of this module stands for, and that module. */
export function importOf(binding: Binding | undefined): { from: string; name: string } | undefined {
  const { path } = binding ?? {};
  if (!path?.parentPath?.isImportDeclaration()) return undefined;
  const from = path.parentPath.node.source.value;
  if (path.isImportNamespaceSpecifier()) return { from, name: "*" };
  if (path.isImportDefaultSpecifier()) return { from, name: "default" };
  if (!path.isImportSpecifier()) return undefined;
  const { imported } = path.node;
  return { from, name: imported.type === "Identifier" ? imported.name : imported.value };
}

/** The dotted name of what nothing in the module declares: `Promise.race`, `globalThis.fetch` as `fetch`. */
export function globalOf(path: NodePath): string | undefined {
  const of = unwrapped(path);
  if (of.isIdentifier()) return of.scope.getBinding(of.node.name) ? undefined : of.node.name;
  if (!isMember(of)) return undefined;
  const [object, name] = [globalOf(of.get("object") as NodePath), nameOf(of)];
  if (object === undefined || name === undefined) return undefined;
  return object === "globalThis" ? name : `${object}.${name}`;
}

export const isWithin = (path: NodePath, outer: NodePath): boolean => path === outer || path.isDescendant(outer);

const conditions: Readonly<Record<string, readonly string[]>> = {
  IfStatement: ["consequent", "alternate"],
  ConditionalExpression: ["consequent", "alternate"],
  LogicalExpression: ["right"],
  SwitchCase: ["consequent"],
  CatchClause: ["body"],
  ForStatement: ["body", "update"],
  ForInStatement: ["body"],
  ForOfStatement: ["body"],
  WhileStatement: ["body"],
  OptionalCallExpression: ["arguments"],
  AssignmentPattern: ["right"],
};

/** Whether a place is reached whenever a function, or the body of a loop, is run to its end. */
export function isSure(path: NodePath, outer: NodePath): boolean {
  for (let at: NodePath | null = path; at && at !== outer; at = at.parentPath) {
    const parent: NodePath | null = at.parentPath;
    if (!parent || (at.isFunction() && at !== outer)) return false;
    const place = at.listKey ?? String(at.key);
    if (conditions[parent.type]?.includes(place)) return false;
  }
  return true;
}
