import { InvalidRequestError } from "./errors.ts";
import type { IJobProcessorInput } from "./input.ts";

/** The JSON of a request. Bytes in `input.buffer` become base64, since a Buffer's own JSON is four times as long. */
export function bodyOf(data: IJobProcessorInput): string {
  const { buffer } = (data.input ?? {}) as { buffer?: unknown };
  // Not instanceof, since the bytes may come from another realm.
  const wire = ArrayBuffer.isView(buffer) ? { ...data, input: { ...data.input, buffer: base64(buffer) } } : data;
  try {
    return JSON.stringify(wire);
  } catch (cause) {
    throw new InvalidRequestError("INVALID_REQUEST", "The data cannot be written as JSON.", [], { cause });
  }
}

/** A multiple of 3, so that the base64 of the chunks can be joined, and small enough to pass the bytes as arguments. */
const chunk = 3 * 2 ** 13;

function base64(view: ArrayBufferView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += chunk) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + chunk))));
  }
  return parts.join("");
}
