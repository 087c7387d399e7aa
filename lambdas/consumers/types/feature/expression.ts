import { isInexact } from "../../../core/schema/exact-json.ts";

/**
 * The expressions of feature inputs, in Ductape's syntax (https://docs.ductape.app/operators): `$Input{a}{b}`,
 * `$Sequence{sequence}{step}{key}`, `$Now`, and operators that nest, such as `$Concat([$Trim($Input{name}), "!"], "")`.
 */
export type Expression =
  | { kind: "literal"; value: string | number | boolean | null }
  | { kind: "list"; items: Expression[] }
  | { kind: "reference"; root: "Input" | "Sequence" | "Now"; path: string[] }
  | { kind: "call"; operator: Operator; args: Expression[] };

/** Every operator with the least and the most arguments it takes. */
export const operators = {
  Add: [1, Number.POSITIVE_INFINITY],
  Subtract: [1, Number.POSITIVE_INFINITY],
  Concat: [1, 2],
  Join: [1, 2],
  Substring: [2, 3],
  Trim: [1, 1],
  Split: [2, 2],
  Pick: [2, 2],
  Replace: [3, 3],
  Uppercase: [1, 1],
  Lowercase: [1, 1],
  Dateformat: [2, 2],
  Filter: [3, 4],
  Find: [3, 4],
} as const satisfies Record<string, [number, number]>;
export type Operator = keyof typeof operators;

/** A string that starts like an expression but is not one. `at` is the position of the fault, from 0. */
export class ExpressionFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** A string is an expression if it starts with `$` and a capital letter. `$$` at the start stands for a literal `$`. */
export const isExpression = (text: string): boolean => /^\$[A-Z]/.test(text);

const token =
  /\s*(?:(?<name>\$[A-Za-z]+)|(?<key>\{[^{}]*\})|(?<number>-?\d+(?:\.\d+)?)|(?<word>true|false|null)\b|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<mark>[()[\],]))/y;

interface Token {
  kind: string;
  text: string;
  at: number;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end; ) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) throw new ExpressionFault(`"${text.slice(at, at + 12).trim()}" is not part of an expression`, at);
    const [kind, value] = Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined) ?? ["", ""];
    at = token.lastIndex;
    tokens.push({ kind, text: value, at: at - value.length });
  }
  return tokens;
}

export const deepestNesting = 50;

/** Parses a string for which `isExpression` holds. Throws an ExpressionFault. */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let next = 0;
  const fault = (what: string) => new ExpressionFault(what, tokens[next]?.at ?? text.length);
  const take = (mark: string): boolean => {
    const found = tokens[next]?.kind === "mark" && tokens[next]?.text === mark;
    if (found) next++;
    return found;
  };

  function list(end: string, depth: number): Expression[] {
    const items: Expression[] = [];
    if (take(end)) return items;
    do items.push(one(depth + 1));
    while (take(","));
    if (!take(end)) throw fault(`"${end}" is missing`);
    return items;
  }

  function one(depth: number): Expression {
    if (depth > deepestNesting) throw fault(`nested deeper than ${deepestNesting}`);
    const current = tokens[next];
    if (!current) throw fault("a value is missing");
    if (take("[")) return { kind: "list", items: list("]", depth) };
    next++;
    if (current.kind === "number") return { kind: "literal", value: numberIn(current) };
    if (current.kind === "word") return { kind: "literal", value: JSON.parse(current.text) };
    if (current.kind === "text") return { kind: "literal", value: unquoted(current.text) };
    if (current.kind === "name") return named(current.text.slice(1), depth);
    next--;
    throw fault(`"${current.text}" is out of place`);
  }

  function named(name: string, depth: number): Expression {
    if (name === "Input" || name === "Sequence" || name === "Now") {
      const path: string[] = [];
      for (; tokens[next]?.kind === "key"; next++) path.push((tokens[next] as Token).text.slice(1, -1).trim());
      return { kind: "reference", root: name, path };
    }
    if (!Object.hasOwn(operators, name)) {
      next--;
      throw fault(`$${name} is unknown; the operators are ${Object.keys(operators).join(", ")}`);
    }
    if (!take("(")) throw fault(`"(" is missing after $${name}`);
    const operator = name as Operator;
    const args = list(")", depth);
    const [least, most] = operators[operator];
    if (args.length < least || args.length > most) {
      throw fault(`$${name} takes ${least === most ? least : `${least} to ${most}`} arguments, not ${args.length}`);
    }
    return { kind: "call", operator, args };
  }

  const expression = one(0);
  if (next < tokens.length) throw fault(`"${tokens[next]?.text}" is out of place`);
  return expression;
}

function numberIn({ text, at }: Token): number {
  const value = Number(text);
  if (isInexact(value))
    throw new ExpressionFault(`${text} is beyond 2^53 and would be rounded; write it in quotes`, at);
  return value;
}

const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r" };
const unquoted = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\(.)/gs, (_all, char: string) => escapes[char] ?? char);

/** Every reference in an expression, for the check of the catalog. */
export function referencesOf(expression: Expression): (Expression & { kind: "reference" })[] {
  if (expression.kind === "reference") return [expression];
  if (expression.kind === "list") return expression.items.flatMap(referencesOf);
  return expression.kind === "call" ? expression.args.flatMap(referencesOf) : [];
}
