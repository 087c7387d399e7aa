/**
 * The language in which catalogs and requests refer to values, in Ductape's syntax (https://docs.ductape.app/operators):
 * `$Input{a}{b}`, `$Sequence{sequence}{step}{key}`, `$Each{item}{key}`, `$Variable{name}`, `$Constant{name}`, `$Session{tag}{claim}`, `$Auth{app}{key}`, `$Approval{url}`, `$Hook{body}{key}`, `$Alert{part}`, `$Now`, and operators that nest, such as
 * `$Concat([$Trim($Input{name}), "!"], "")`.
 */
export type Expression =
  | { kind: "literal"; value: string | number | boolean | null }
  | { kind: "list"; items: Expression[] }
  | ValueReference
  | { kind: "call"; operator: Operator; args: Expression[] };

export interface ValueReference {
  kind: "reference";
  root: Root;
  path: string[];
}

export const roots = [
  "Input",
  "Sequence",
  "Each",
  "Variable",
  "Constant",
  "Session",
  "Auth",
  "Approval",
  "Step",
  "Hook",
  "Alert",
  "Now",
] as const;
export type Root = (typeof roots)[number];
export const isRoot = (word: string): word is Root => (roots as readonly string[]).includes(word);

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
  Format: [2, 2],
  DateAdd: [3, 3],
  Filter: [3, 4],
  Find: [3, 4],
  Length: [1, 1],
  Size: [1, 1],
} as const satisfies Record<string, [number, number]>;
export type Operator = keyof typeof operators;
export const isOperator = (word: string): word is Operator => Object.hasOwn(operators, word);

/** Operators whose only argument may also stand in braces: `$Length{$Input{items}}`. */
export const takesBraces = (operator: Operator): boolean => operator === "Length" || operator === "Size";

/** An expression that does not parse. `at` is the position of the fault in the text, from 0. The message quotes none of the text. */
export class ExpressionFault extends Error {
  readonly at: number;
  /** A word that is unknown here, such as one that only Ductape has. */
  readonly word: string | undefined;

  constructor(message: string, at: number, word?: string) {
    super(message);
    this.at = at;
    this.word = word;
  }
}

/** Every reference in an expression. */
export function referencesOf(expression: Expression): ValueReference[] {
  if (expression.kind === "reference") return [expression];
  if (expression.kind === "list") return expression.items.flatMap(referencesOf);
  return expression.kind === "call" ? expression.args.flatMap(referencesOf) : [];
}
