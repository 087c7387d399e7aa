import { type Expression, ExpressionFault } from "./expression.ts";
import { parseExpression, parseWithin } from "./parse.ts";
import { isForeign } from "./words.ts";

/** A text of a catalog or a request, read: what it stands for once its expressions have values. */
export type Template =
  | { kind: "text"; text: string }
  /** One expression as a whole, whose value keeps its type. */
  | { kind: "value"; expression: Expression }
  /** A text with expressions in it, each with its position. */
  | { kind: "mixed"; parts: (string | Interpolated)[] };

interface Interpolated {
  expression: Expression;
  at: number;
}

/** The most expressions in a text. */
export const mostInText = 100;

const beginsWithWord = /^\$[A-Z]/;
const word = /\$([A-Z]\w*)/y;

/**
 * Reads a text. An expression as a whole is a value; otherwise each `$Word{` and `$Word(` and `$Now` in it is an expression, `$$` is a
 * dollar, and any other `$` is text. Throws an ExpressionFault for a word that is unknown or does not parse.
 */
export function readTemplate(text: string): Template {
  if (!text.includes("$")) return { kind: "text", text };
  const expression = wholeExpression(text);
  if (expression) return { kind: "value", expression };
  const parts = segmentsOf(text);
  return parts.every((part) => typeof part === "string")
    ? { kind: "text", text: parts.join("") }
    : { kind: "mixed", parts };
}

/** The expression that a text is as a whole; undefined if it is none. It may be followed by blanks, not preceded by any. */
function wholeExpression(text: string): Expression | undefined {
  if (!beginsWithWord.test(text)) return undefined;
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionFault) return undefined;
    throw error;
  }
}

function segmentsOf(text: string): (string | Interpolated)[] {
  const parts: (string | Interpolated)[] = [];
  let from = 0;
  for (let at = text.indexOf("$"); at >= 0; at = text.indexOf("$", at)) {
    let next = at + 1;
    if (text[next] === "$") next++;
    else if (beginsExpression(text, at)) {
      const { expression, end } = parseWithin(text, at);
      parts.push(single(text.slice(from, at)), { expression, at });
      from = end;
      next = end;
      if (parts.length > 2 * mostInText) throw new ExpressionFault(`more than ${mostInText} expressions`, at);
    }
    at = next;
  }
  return [...parts, single(text.slice(from))].filter((part) => part !== "");
}

/** Each `$$` is a dollar. */
const single = (text: string): string => text.split("$$").join("$");

function beginsExpression(text: string, at: number): boolean {
  word.lastIndex = at;
  const name = word.exec(text)?.[1];
  if (name === undefined) return false;
  const next = text[at + 1 + name.length] ?? "";
  // A word that only Ductape has is a fault even if it stands alone, as `$Default` does there.
  return (
    name === "Now" || next === "{" || next === "(" || (at === 0 && isForeign(name) && text.trimEnd() === `$${name}`)
  );
}

/** The expressions of a text. Throws an ExpressionFault. */
export function expressionsIn(text: string): Expression[] {
  const template = readTemplate(text);
  if (template.kind === "value") return [template.expression];
  if (template.kind === "text") return [];
  return template.parts.flatMap((part) => (typeof part === "string" ? [] : [part.expression]));
}

/** Whether a value has a text with a dollar in it. Any other value stands for itself. */
export function mentionsDollar(value: unknown): boolean {
  if (typeof value === "string") return value.includes("$");
  return typeof value === "object" && value !== null && Object.values(value).some(mentionsDollar);
}
