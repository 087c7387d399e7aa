import { DuctapeError } from "./errors.ts";

/** Checks that an answer has these fields. The types of both sides are compared by tests, so nothing more is checked. */
export function expectFields<T>(body: Record<string, unknown>, ...fields: string[]): T {
  if (fields.every((field) => body[field] !== undefined)) return body as T;
  throw new DuctapeError("UNEXPECTED_ANSWER", "The API answered without the expected fields. Check DUCTAPE_URL.");
}
