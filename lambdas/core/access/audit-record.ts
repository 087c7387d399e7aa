import { createHash } from "node:crypto";
import * as z from "zod";
import { minuteOf } from "../job/due-time.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { parsedJson } from "../kernel/parsed-json.ts";

/*
 * The record of the audit, beside its table: files of lines in a bucket whose objects can be neither changed nor removed for a time, and for
 * each minute a signed list of the files that arrived in it. It shows later whether anything that was recorded is missing, other or new.
 */

/** What became of an entry in the table. Only `written` is what the service does. */
const recordedHows = ["written", "changed", "removed"] as const;

const Line = z.object({
  how: z.enum(recordedHows),
  id: z.string(),
  /** The entry as it was stored, to the byte; of one that was removed, as it was before. */
  entry: z.string(),
});
export type RecordedLine = z.infer<typeof Line>;

/** One line a record. Equal records have equal bytes. */
export const recordFileOf = (lines: readonly RecordedLine[]): string =>
  lines.map((line) => `${canonicalJson(line)}\n`).join("");

/** Reads a file; undefined in place of each line that is none. */
export const linesOf = (text: string): (RecordedLine | undefined)[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Line.safeParse(parsedJson(line)).data);

export const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The folders of the bucket. */
export const recordsFolder = "records/";
export const minutesFolder = "minutes/";

/** `2030/01/01/12/34`, in UTC: names sort by time. */
const stampOf = (at: number): string =>
  new Date(at).toISOString().slice(0, "YYYY-MM-DDTHH:MM".length).replaceAll(/[-T:]/g, "/");

/** The time of a name in one of the folders; undefined for the names of others. */
export function timeOfName(name: string): number | undefined {
  const [, year, month, day, hour, minute] = /^\w+\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/(\d\d)[/.]/.exec(name) ?? [];
  const at = year === undefined ? Number.NaN : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** Where the names of a folder begin that belong to a minute or a later one. */
export const firstNameOf = (folder: string, at: number): string => `${folder}${stampOf(minuteOf(at))}`;

/** The name of what arrived at a time. What arrives twice in a minute has one name. */
export const recordNameOf = (text: string, arrivedAt: number): string =>
  `${firstNameOf(recordsFolder, arrivedAt)}/${sha256(text).slice(0, 32)}.ndjson`;

/** The name of the list whose first minute this is. */
export const minuteNameOf = (from: number): string => `${firstNameOf(minutesFolder, from)}.json`;

/** The files that arrived in a time. */
const Manifest = z.object({
  v: z.literal(1),
  /** Epoch milliseconds: the first minute, and the first one that the list does not cover any more. */
  from: z.int(),
  to: z.int(),
  files: z.array(z.object({ name: z.string(), sha256: z.string() })),
  /** The SHA-256 of the list before, as it was signed; null for the first one. */
  previous: z.string().nullable(),
});
export type Manifest = z.infer<typeof Manifest>;

const SignedManifest = z.object({
  /** The list in canonical JSON: what is signed. */
  manifest: z.string(),
  /** Base64: ECDSA over P-256 with SHA-256, in DER, which is what KMS makes (`ECDSA_SHA_256`). */
  signature: z.string(),
});
type SignedManifest = z.infer<typeof SignedManifest>;

export const signedText = (signed: SignedManifest): string => `${canonicalJson(signed)}\n`;

/** A stored list and what it says; undefined for what is none. */
export function manifestIn(text: string): (SignedManifest & { says: Manifest }) | undefined {
  const { data: signed } = SignedManifest.safeParse(parsedJson(text));
  const { data: says } = Manifest.safeParse(parsedJson(signed?.manifest ?? ""));
  return signed && says && { ...signed, says };
}
