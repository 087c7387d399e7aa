import { DuctapeError } from "./errors.ts";

/** Checks that an answer has these fields. Nothing else is checked here, since tests compare the types of the SDK and the API. */
export function expectFields<T>(body: Record<string, unknown>, ...fields: string[]): T {
  if (fields.every((field) => body[field] !== undefined)) return body as T;
  throw new DuctapeError("UNEXPECTED_ANSWER", "The API answered without the expected fields. Check DUCTAPE_URL.");
}
