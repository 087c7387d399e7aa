import { isPlain } from "../../core/kernel/plain.ts";
import { notHereError } from "./not-here.ts";

const unseen =
  "the value is known where an event's input is made, by `expressions: true` of the event, and not to the handler. Pass what the handler needs of it in the input";

/** A variable or constant of the catalog: its value is known where the input of an event is made, and not to the handler. */
export class Placeholder {
  readonly #expression: string;
  readonly #call: string;
  constructor(word: "Variable" | "Constant", app: string, key: string) {
    this.#expression = `$${word}{${app}}{${key}}`;
    this.#call = `${word.toLowerCase()}(${app}, ${key})`;
  }
  /** A part of a text it can be, but no number: compared with one it would be false, whatever the catalog says. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "number") throw notHereError(this.#call, unseen);
    return this.#expression;
  }
  /** Nor is it any value of a condition: it would be the same whatever the catalog says. */
  compared(): never {
    throw notHereError(this.#call, unseen);
  }
  toJSON(): string {
    return this.#expression;
  }
  toString(): string {
    return this.#expression;
  }
}

/** A value that a condition compares. Throws if the handler does not see it. */
export const seen = <Value>(value: Value): Value => (value instanceof Placeholder ? value.compared() : value);

/**
 * A value as an input has it: dates as texts, bytes in base64. Ductape sends inputs as JSON, which does the former by itself; everything
 * else that JSON would change is left for the call to refuse.
 */
export function ductapeValue(value: unknown): unknown {
  if (value instanceof Date || value instanceof Placeholder) return value.toJSON();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(ductapeValue);
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, ductapeValue(one)]));
}
