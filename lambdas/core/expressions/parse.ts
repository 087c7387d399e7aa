import { isInexact, isInexactDigits } from "../kernel/exact-json.ts";
import {
  type Expression,
  ExpressionFault,
  isOperator,
  isRoot,
  type Operator,
  operators,
  type Root,
  takesBraces,
} from "./expression.ts";

/** How deep operators and lists may nest, and how many characters an expression may have. */
export const deepestNesting = 50;
export const longestExpression = 10_000;

/** An expression within a text, and the position after it. */
interface Parsed {
  expression: Expression;
  end: number;
}

/** Parses a text that is one expression as a whole. Throws an ExpressionFault. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text, 0, false);
  const expression = parser.one(0);
  parser.end();
  return expression;
}

/**
 * Parses the expression that begins at `start` of a text in which it is interpolated: its keys and its parenthesis follow without
 * blanks. Throws an ExpressionFault.
 */
export function parseWithin(text: string, start: number): Parsed {
  const parser = new Parser(text, start, true);
  return { expression: parser.one(0), end: parser.at };
}

/** Every token but a string in quotes. */
const plain = /\$[A-Za-z]\w*|-?\d+(?:\.\d+)?|(?:true|false|null)\b|[()[\],{}]/y;
const notPart = "what follows is not part of an expression";
const blanks = /\s*/y;
const key = /(\s*)\{(?:\s*(?:"([^"]*)"|'([^']*)')\s*|([^{}]*))\}/y;

/** A recursive descent over a text from a position on. It quotes none of the text in its faults. */
class Parser {
  readonly #text: string;
  /** Where the expression must have ended. */
  readonly #most: number;
  readonly #isWithin: boolean;
  at: number;

  constructor(text: string, start: number, isWithin: boolean) {
    this.#text = text;
    this.#most = start + longestExpression;
    this.#isWithin = isWithin;
    this.at = start;
  }

  one(depth: number): Expression {
    if (depth > deepestNesting) throw this.#fault(`nested deeper than ${deepestNesting}`);
    const token = this.#peek();
    if (token === undefined) throw this.#fault("a value is missing");
    if (this.#take("[")) return { kind: "list", items: this.#list("]", depth) };
    if (/^[()\],{}]/.test(token)) throw this.#fault(`"${token}" is out of place`);
    const { at } = this;
    this.#moveTo(at + token.length);
    if (token[0] === "$") return this.#named(token.slice(1), at, depth);
    return { kind: "literal", value: literalIn(token, at) };
  }

  /** Expects the end of the text. */
  end(): void {
    this.#skipBlanks();
    if (this.at < this.#text.length) throw this.#fault(notPart);
  }

  #list(end: string, depth: number): Expression[] {
    const items: Expression[] = [];
    if (this.#take(end)) return items;
    do items.push(this.one(depth + 1));
    while (this.#take(","));
    if (!this.#take(end)) throw this.#fault(`"${end}" is missing`);
    return items;
  }

  #named(name: string, at: number, depth: number): Expression {
    if (isRoot(name)) return { kind: "reference", root: name, path: this.#path(name, depth) };
    if (!isOperator(name)) throw new ExpressionFault("unknown word", at, name);
    const args = this.#args(name, depth);
    const [least, most]: readonly [number, number] = operators[name];
    if (args.length < least || args.length > most) {
      const many = least === most ? least : `${least} to ${most}`;
      throw new ExpressionFault(`$${name} takes ${many} arguments, not ${args.length}`, at);
    }
    return { kind: "call", operator: name, args };
  }

  #args(name: Operator, depth: number): Expression[] {
    if (takesBraces(name) && this.#take("{")) return this.#list("}", depth);
    if (!this.#take("(")) throw this.#fault(`"(" is missing after $${name}`);
    return this.#list(")", depth);
  }

  /** The keys after a root. `$Now` may have an empty parenthesis instead. */
  #path(root: Root, depth: number): string[] {
    const isTight = this.#isWithin && depth === 0;
    if (root === "Now" && (!isTight || this.#text[this.at] === "(") && this.#take("(")) {
      if (!this.#take(")")) throw this.#fault("$Now takes no arguments");
      return [];
    }
    const path: string[] = [];
    for (;;) {
      key.lastIndex = this.at;
      const match = key.exec(this.#text);
      if (!match || (isTight && match[1] !== "")) break;
      path.push(match[2] ?? match[3] ?? (match[4] ?? "").trim());
      this.#moveTo(key.lastIndex);
    }
    if (this.#text[this.at] === "{") throw this.#fault('"}" is missing');
    return path;
  }

  #skipBlanks(): void {
    blanks.lastIndex = this.at;
    blanks.exec(this.#text);
    this.at = blanks.lastIndex;
  }

  /** Skips blanks, and returns the token that follows. */
  #peek(): string | undefined {
    this.#skipBlanks();
    const first = this.#text[this.at];
    if (first === undefined) return undefined;
    if (/["']/.test(first)) return this.#quoted(first);
    plain.lastIndex = this.at;
    const token = plain.exec(this.#text)?.[0];
    if (token) return token;
    throw this.#fault(notPart);
  }

  /** A string in quotes, with them. */
  #quoted(quote: string): string {
    for (let end = this.at + 1; end < this.#text.length && end <= this.#most; end++) {
      if (this.#text[end] === quote) return this.#text.slice(this.at, end + 1);
      if (this.#text[end] === "\\") end++;
    }
    if (this.#text.length > this.#most) throw this.#tooLong();
    throw this.#fault("a quote is not closed");
  }

  #take(mark: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.at] !== mark) return false;
    this.#moveTo(this.at + 1);
    return true;
  }

  #moveTo(at: number): void {
    this.at = at;
    if (at > this.#most) throw this.#tooLong();
  }

  #fault(what: string): ExpressionFault {
    return new ExpressionFault(what, this.at);
  }

  #tooLong(): ExpressionFault {
    return new ExpressionFault(
      `an expression is longer than ${longestExpression} characters`,
      this.#most - longestExpression,
    );
  }
}

function literalIn(token: string, at: number): string | number | boolean | null {
  if (/^["']/.test(token)) return unquotedText(token);
  const value = /^[tfn]/.test(token) ? JSON.parse(token) : Number(token);
  if (!isInexact(value) && !isInexactDigits(token)) return value;
  throw new ExpressionFault("a number beyond 2^53 would be rounded; write it in quotes", at);
}

const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r" };
const unquotedText = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\(.)/gs, (_all, char: string) => escapes[char] ?? char);
