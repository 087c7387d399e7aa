import type { IJobProcessorInput } from "./requests.ts";
import { written } from "./written.ts";

/** The JSON of a request. Bytes in `input.buffer` and `input.blob` become base64, since a Buffer's own JSON is four times as long. */
export function bodyOf(data: IJobProcessorInput): string {
  const files = Object.entries(data.input ?? {}).filter(([name]) => name === "buffer" || name === "blob");
  // Not instanceof, since the bytes may come from another realm.
  const bytes = files.flatMap(([name, file]) => (ArrayBuffer.isView(file) ? [[name, base64(file)]] : []));
  const wire = bytes.length > 0 ? { ...data, input: { ...data.input, ...Object.fromEntries(bytes) } } : data;
  return written(wire);
}

/** A multiple of 3, so that the base64 of the chunks can be joined, and small enough to pass the bytes as arguments. */
const chunk = 3 * 2 ** 13;

export function base64(view: ArrayBufferView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += chunk) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + chunk))));
  }
  return parts.join("");
}
