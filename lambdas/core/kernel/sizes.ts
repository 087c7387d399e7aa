import type { Fault } from "./errors.ts";

/**
 * The most bytes of an answer of Lambda, and nearly the most of an event. Lambda counts the JSON of the whole envelope, in which
 * the body is a string: every quote and backslash of the body's own JSON counts twice.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const largestEnvelope = 6_291_556;

/** Room for the status and the headers of an answer. */
const besidesBody = 16_384;

/** The most bytes that the body of an answer may have, as `sentBytes` counts them. */
export const largestAnswer = largestEnvelope - besidesBody;

/** Bytes of a request as they were sent. Lambda accepts an event of 6.29 MB, in which the body may be base64. */
export const largestRequest = 4_400_000;

const quote = 0x22;
const backslash = 0x5c;

/** How many bytes JSON takes as a string within the JSON of an envelope. */
export function sentBytes(json: string | Uint8Array): number {
  const bytes = typeof json === "string" ? Buffer.from(json) : json;
  let escapes = 0;
  for (const byte of bytes) if (byte === quote || byte === backslash) escapes++;
  return bytes.byteLength + escapes;
}

/** The same for a value that is not JSON yet. */
export const sentBytesOf = (value: unknown): number => sentBytes(JSON.stringify(value) ?? "");

/** The most bytes of an error message that is stored with a job. A job stores up to 25 attempts, each with a message. */
export const longestMessage = 1024;

/** Shortens a string to so many bytes of UTF-8. A shortened string ends with an ellipsis, never within a character. */
export function shorten(text: string, mostBytes = longestMessage): string {
  if (text.length * 3 <= mostBytes || Buffer.byteLength(text) <= mostBytes) return text;
  const room = mostBytes - Buffer.byteLength("…");
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(room));
  return `${text.slice(0, read)}…`;
}

/** The faults that an answer shows. */
interface ShownFaults {
  faults: Fault[];
  /** How many there are besides these. */
  omitted: number;
}

/** A request with more faults has a systematic one, which the first hundred show. */
export const mostFaults = 100;

/** The caller chooses the names in a pointer, which may have any length. */
const longestOfFault = 500;

/** The first faults of a request, as many as fit into so many bytes of an answer, but at least one. */
export function shownFaults(all: readonly Fault[], room: number): ShownFaults {
  const faults: Fault[] = [];
  let left = room;
  for (const { pointer, detail } of all.slice(0, mostFaults)) {
    const fault = { pointer: shorten(pointer, longestOfFault), detail: shorten(detail, longestOfFault) };
    left -= sentBytesOf(fault) + 1;
    if (left < 0 && faults.length > 0) break;
    faults.push(fault);
  }
  return { faults, omitted: all.length - faults.length };
}
