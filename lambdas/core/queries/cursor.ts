import * as z from "zod";
import { fingerprint } from "../job/job-id.ts";
import { parsedJson } from "../kernel/parsed-json.ts";
import { RequestError } from "../kernel/request-error.ts";

/**
 * A position in a list as callers hold it: opaque, and with a checksum of the list that it belongs to. The checksum is not a
 * secret: a cursor gives access to nothing that the list itself does not show. It only detects mistakes.
 */
export const encodeCursor = (position: unknown, list: unknown): string =>
  Buffer.from(JSON.stringify([position, sealOf(position, list)])).toString("base64url");

/** Returns the position. Throws INVALID_REQUEST, at `pointer`, unless `encodeCursor` made the cursor for the same list. */
export function decodeCursor<Position>(
  schema: z.ZodType<Position>,
  cursor: string,
  list: unknown,
  pointer = "/query/cursor",
): Position {
  const parsed = z.tuple([schema, z.string()]).safeParse(parsedJson(Buffer.from(cursor, "base64url").toString()));
  if (parsed.success && parsed.data[1] === sealOf(parsed.data[0], list)) return parsed.data[0];
  throw new RequestError("INVALID_REQUEST", "The cursor is not valid.", {
    faults: [{ pointer, detail: "must be the next_cursor of a list with the same filters" }],
  });
}

const sealOf = (position: unknown, list: unknown): string => fingerprint([position, list]).slice(0, 16);
