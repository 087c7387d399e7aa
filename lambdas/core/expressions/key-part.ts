/** The text of a value that may be a key, or a part of one: a text that is not empty, a number, or true or false. */
export function keyPart(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
