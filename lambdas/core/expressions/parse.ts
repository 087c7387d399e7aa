import { isInexact } from "../schema/exact-json.ts";
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
import { unknownWord } from "./words.ts";

/** How deep operators and lists may nest, and how many characters an expression may have. */
export const deepestNesting = 50;
export const longestExpression = 10_000;

/** An expression within a text, and the position after it. */
export interface Parsed {
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

interface Token {
  kind: "name" | "number" | "word" | "text" | "mark";
  text: string;
  at: number;
}

const plain = /(?<name>\$[A-Za-z]+)|(?<number>-?\d+(?:\.\d+)?)|(?<word>true|false|null)\b|(?<mark>[()[\],{}])/y;
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
    if (!token) throw this.#fault("a value is missing");
    if (this.#take("[")) return { kind: "list", items: this.#list("]", depth) };
    if (token.kind === "mark") throw this.#fault(`"${token.text}" is out of place`);
    this.at = token.at + token.text.length;
    if (this.at > this.#most) throw this.#tooLong();
    if (token.kind === "name") return this.#named(token, depth);
    return { kind: "literal", value: literalIn(token) };
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

  #named({ text, at }: Token, depth: number): Expression {
    const name = text.slice(1);
    if (isRoot(name)) return { kind: "reference", root: name, path: this.#path(name, depth) };
    if (!isOperator(name)) throw new ExpressionFault(unknownWord(name), at, name);
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
      this.at = key.lastIndex;
      if (this.at > this.#most) throw this.#tooLong();
    }
    if (this.#text[this.at] === "{") throw this.#fault('"}" is missing');
    return path;
  }

  #skipBlanks(): void {
    blanks.lastIndex = this.at;
    blanks.exec(this.#text);
    this.at = blanks.lastIndex;
  }

  #peek(): Token | undefined {
    this.#skipBlanks();
    const { at } = this;
    if (at >= this.#text.length) return undefined;
    const quote = this.#text[at];
    if (quote === '"' || quote === "'") return { kind: "text", text: this.#quoted(quote), at };
    plain.lastIndex = at;
    const groups = plain.exec(this.#text)?.groups;
    if (!groups) throw this.#fault(notPart);
    const [kind, text] = Object.entries(groups).find(([, part]) => part !== undefined) as [Token["kind"], string];
    return { kind, text, at };
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
    this.at++;
    if (this.at > this.#most) throw this.#tooLong();
    return true;
  }

  #fault(what: string): ExpressionFault {
    return this.at > this.#most ? this.#tooLong() : new ExpressionFault(what, this.at);
  }

  #tooLong(): ExpressionFault {
    return new ExpressionFault(
      `an expression is longer than ${longestExpression} characters`,
      this.#most - longestExpression,
    );
  }
}

function literalIn({ kind, text, at }: Token): string | number | boolean | null {
  if (kind === "text") return unquoted(text);
  const value = kind === "word" ? JSON.parse(text) : Number(text);
  if (!isInexact(value)) return value;
  throw new ExpressionFault("a number beyond 2^53 would be rounded; write it in quotes", at);
}

const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r" };
const unquoted = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\(.)/gs, (_all, char: string) => escapes[char] ?? char);
