import { JobError } from "./errors.ts";
import type { Stored } from "./job.ts";
import type { BlobStore } from "./ports.ts";

/** Values up to this many bytes of JSON stay in the item: every later write of the item is billed by its size. */
export const inlineLimit = 4096;

/** Keeps a JSON value: small ones inline, larger ones as a blob under `key`. `undefined` is kept as null. */
export async function store(blobs: BlobStore, key: string, value: unknown): Promise<Stored> {
  const json = JSON.stringify(value) ?? "null";
  const bytes = Buffer.byteLength(json);
  if (bytes <= inlineLimit) return { inline: JSON.parse(json) };
  await blobs.put(key, Buffer.from(json), "application/json");
  return { blob: key, bytes };
}

/** The value again. Throws a JobError NOT_FOUND if its blob is gone: S3 shows what was put at once, so it does not come back. */
export async function load(blobs: Pick<BlobStore, "get">, stored: Stored): Promise<unknown> {
  if ("inline" in stored) return stored.inline;
  return JSON.parse(Buffer.from(await loadBytes(blobs, stored)).toString());
}

/** A blob's JSON as it is kept. Throws as `load` does. */
export async function loadBytes(blobs: Pick<BlobStore, "get">, { blob }: { blob: string }): Promise<Uint8Array> {
  const body = await blobs.get(blob);
  if (!body) throw new JobError("NOT_FOUND", `What was kept at ${blob} is gone.`);
  return body;
}
