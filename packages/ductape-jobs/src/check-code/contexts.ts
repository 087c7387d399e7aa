import type { Binding, NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import {
  argumentOf,
  bindingOf,
  calleeOf,
  type FunctionPath,
  functionOf,
  importOf,
  isMember,
  nameOf,
  objectOf,
  textOf,
  unwrapped,
} from "./syntax.ts";

/** Whether the handler is one of `defineFeature`, or of `features.define`. */
type Spelling = "ours" | "ductape";

/** A part of ctx: `["step"]` is `ctx.step`, and `[]` is ctx itself. */
interface ContextPart {
  names: readonly string[];
  spelling: Spelling;
}

/** A call of `ctx.step`. */
export interface StepCall {
  call: NodePath<t.CallExpression>;
  spelling: Spelling;
  /** Where it is written out. */
  key: string | undefined;
  /** Where it is in the same module. */
  fn: FunctionPath | undefined;
}

/** A call of `defineFeature`, or of `features.define`. */
interface Definition {
  spelling: Spelling;
  handler: FunctionPath;
  /** What is defined, as it is written out. */
  written: NodePath<t.ObjectExpression>;
}

/** What a module has of features as code. */
export interface CodeModule {
  program: NodePath<t.Program>;
  contexts: ReadonlyMap<Binding, ContextPart>;
  /** The functions of the definitions. */
  handlers: ReadonlySet<FunctionPath>;
  definitions: readonly Definition[];
  /** They and the functions that are given a ctx. */
  withContext: ReadonlySet<t.Node>;
  /** The inputs of handlers that get them beside ctx. */
  inputs: readonly NodePath[];
  steps: readonly StepCall[];
}

const typeNames: Readonly<Record<string, Spelling>> = { FeatureContext: "ours", DuctapeContext: "ductape" };

export function codeModuleOf(program: NodePath<t.Program>): CodeModule {
  const contexts = new Map<Binding, ContextPart>();
  const withContext = new Set<t.Node>();
  const handlers = new Set<FunctionPath>();
  const definitions: Definition[] = [];
  const inputs: NodePath[] = [];
  const give = (fn: FunctionPath, at: number, part: ContextPart) => {
    const parameter = (fn.get("params") as NodePath[])[at];
    if (!parameter || !learn(contexts, parameter, part)) return false;
    if (part.names.length === 0) withContext.add(fn.node);
    return true;
  };
  const calls = callsIn(program);
  for (const call of calls) {
    const defined = definedBy(call);
    if (!defined) continue;
    handlers.add(defined.handler);
    definitions.push(defined);
    withContext.add(defined.handler.node);
    give(defined.handler, 0, { names: [], spelling: defined.spelling });
    const [, input] = defined.handler.get("params") as NodePath[];
    if (input && defined.spelling === "ours") inputs.push(input);
  }
  program.traverse({
    Function(fn) {
      for (const [at, parameter] of (fn.get("params") as NodePath[]).entries()) {
        const spelling = spellingOf(parameter);
        if (spelling) give(fn, at, { names: [], spelling });
      }
    },
  });
  const declarators: NodePath<t.VariableDeclarator>[] = [];
  program.traverse({ VariableDeclarator: (path) => void declarators.push(path) });
  // Each round may find names and parameters of what the round before has found.
  for (let hasGrown = true; hasGrown; ) {
    hasGrown = false;
    for (const declarator of declarators) {
      const part = declarator.node.init && partOf(contexts, declarator.get("init") as NodePath);
      if (part && learn(contexts, declarator.get("id") as NodePath, part)) hasGrown = true;
    }
    for (const call of calls) {
      const fn = functionOf(calleeOf(call));
      for (const [at, argument] of fn ? (call.get("arguments") as NodePath[]).entries() : []) {
        const part = partOf(contexts, argument);
        if (fn && part && give(fn, at, part)) hasGrown = true;
      }
    }
  }
  const steps = calls.flatMap((call) => stepOf(contexts, call));
  return { program, contexts, handlers, definitions, withContext, inputs, steps };
}

function callsIn(program: NodePath): NodePath<t.CallExpression>[] {
  const calls: NodePath<t.CallExpression>[] = [];
  program.traverse({
    CallExpression: (path) => void calls.push(path),
    OptionalCallExpression: (path) => void calls.push(path as unknown as NodePath<t.CallExpression>),
  });
  return calls;
}

/** What an expression is of ctx. */
export function partOf(contexts: CodeModule["contexts"], path: NodePath): ContextPart | undefined {
  const of = unwrapped(path);
  const binding = bindingOf(of);
  if (binding) return contexts.get(binding);
  if (!isMember(of)) return undefined;
  const part = partOf(contexts, of.get("object") as NodePath);
  const name = nameOf(of);
  return part && name !== undefined ? { ...part, names: [...part.names, name] } : undefined;
}

/** Notes the names of a pattern. Returns whether any is new. */
function learn(contexts: Map<Binding, ContextPart>, target: NodePath, part: ContextPart): boolean {
  if (target.isAssignmentPattern()) return learn(contexts, target.get("left") as NodePath, part);
  if (target.isObjectPattern())
    return (target.get("properties") as NodePath[])
      .map((property) => {
        if (property.isRestElement()) return learn(contexts, property.get("argument") as NodePath, part);
        const name = nameOf(property);
        if (name === undefined) return false;
        return learn(contexts, property.get("value") as NodePath, { ...part, names: [...part.names, name] });
      })
      .includes(true);
  const binding = bindingOf(target);
  if (!binding || contexts.has(binding)) return false;
  contexts.set(binding, part);
  return true;
}

function spellingOf(parameter: NodePath): Spelling | undefined {
  const annotation = parameter.isIdentifier() ? parameter.node.typeAnnotation : undefined;
  const type = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : undefined;
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return undefined;
  return Object.hasOwn(typeNames, type.typeName.name) ? typeNames[type.typeName.name] : undefined;
}

/** The handler of `defineFeature({ run })`, or of `features.define({ handler })`. */
function definedBy(call: NodePath<t.CallExpression>): Definition | undefined {
  const spelling = definingSpelling(calleeOf(call));
  const written = spelling && objectOf(argumentOf(call, 0));
  const wanted = spelling === "ours" ? "run" : "handler";
  const property = (written?.get("properties") as NodePath[] | undefined)?.find((one) => nameOf(one) === wanted);
  if (!spelling || !written || !property) return undefined;
  const handler = property.isObjectMethod() ? property : functionOf(property.get("value") as NodePath);
  return handler && { spelling, handler, written };
}

function definingSpelling(callee: NodePath): Spelling | undefined {
  const imported = importOf(bindingOf(callee));
  if (imported) return imported.name === "defineFeature" ? "ours" : undefined;
  if (!isMember(callee)) return undefined;
  const object = unwrapped(callee.get("object") as NodePath);
  const name = nameOf(callee);
  const from = importOf(bindingOf(object));
  if (name === "defineFeature") return from?.name === "*" ? "ours" : undefined;
  const namespace = isMember(object) ? nameOf(object) : from?.name;
  return name === "define" && /^(?:features|workflows)$/.test(namespace ?? "") ? "ductape" : undefined;
}

function stepOf(contexts: CodeModule["contexts"], call: NodePath<t.CallExpression>): StepCall[] {
  const part = partOf(contexts, calleeOf(call));
  if (part?.names.length !== 1 || part.names[0] !== "step") return [];
  const fn = argumentOf(call, 1);
  return [{ call, spelling: part.spelling, key: textOf(argumentOf(call, 0)), fn: fn && functionOf(fn) }];
}

/** How a message names a step. */
export const stepText = ({ key }: Pick<StepCall, "key">): string =>
  key === undefined ? "a step" : `the step "${key}"`;

/** Whether a name is declared in a handler, or in a function that is given a ctx. */
export const isOfHandler = ({ withContext }: CodeModule, { scope }: Binding): boolean =>
  withContext.has(scope.path.node) || scope.path.findParent(({ node }) => withContext.has(node)) !== null;
