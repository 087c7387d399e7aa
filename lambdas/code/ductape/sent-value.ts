/** A variable or constant of the catalog: its value is known where the input of an event is made, and not to the handler. */
export class Placeholder {
  readonly #expression: string;
  constructor(word: "Variable" | "Constant", app: string, key: string) {
    this.#expression = `$${word}{${app}}{${key}}`;
  }
  toJSON(): string {
    return this.#expression;
  }
  toString(): string {
    return this.#expression;
  }
}

/**
 * A value as an input has it: dates as texts, bytes in base64. Ductape sends inputs as JSON, which does the former by itself; everything
 * else that JSON would change is left for the call to refuse.
 */
export function sentValue(value: unknown): unknown {
  if (value instanceof Date || value instanceof Placeholder) return value.toJSON();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(sentValue);
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, sentValue(one)]));
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};
