import { DuctapeError } from "./errors.ts";

/** The one check of an answer that both sides have a type for: it has these fields. */
export function answered<T>(body: Record<string, unknown>, ...fields: string[]): T {
  if (fields.every((field) => body[field] !== undefined)) return body as T;
  throw new DuctapeError("UNEXPECTED_ANSWER", "The API answered, but not what was asked. Check DUCTAPE_URL.");
}
