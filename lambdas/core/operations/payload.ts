import { isBlob, type Stored } from "../job/job.ts";
import { JobError } from "../job/job-error.ts";
import { TransientError, traceOf } from "../kernel/errors.ts";
import { RequestError } from "../kernel/request-error.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import type { Log } from "../ports/log.ts";

/** Values up to this many bytes of JSON stay in the item. No more, because every write of an item is billed by its size. */
export const inlineLimit = 4096;

/**
 * Stores a JSON value: a small one inline, a larger one as a blob under `key`. `undefined` is stored as null.
 * Throws PAYLOAD_TOO_LARGE beyond `mostBytes`.
 */
export async function storePayload(
  blobs: BlobStore,
  key: string,
  value: unknown,
  mostBytes = Number.POSITIVE_INFINITY,
): Promise<Stored> {
  const json = JSON.stringify(value) ?? "null";
  const bytes = Buffer.byteLength(json);
  if (bytes > mostBytes) {
    throw new RequestError("PAYLOAD_TOO_LARGE", `The input has ${bytes} bytes of JSON; the limit is ${mostBytes}.`);
  }
  if (bytes <= inlineLimit) return { inline: JSON.parse(json) };
  await blobs.put(key, Buffer.from(json), "application/json");
  return { blob: key, bytes };
}

/**
 * Loads a stored value. Throws a JobError NOT_FOUND if its blob is gone: S3 is consistent, so it does not come back. A value of a form
 * that a later version writes can be read once that is back: a TransientError.
 */
export async function load(blobs: Pick<BlobStore, "get">, stored: Stored): Promise<unknown> {
  if ("inline" in stored) return stored.inline;
  if (!isBlob(stored)) throw new TransientError("LATER_VERSION", "The value was stored by a later version.");
  return parsePayload(await loadBytes(blobs, stored));
}

/** Parses JSON without copying its bytes, of which there may be millions. */
export const parsePayload = (json: Uint8Array): unknown =>
  JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString());

/** Loads a stored value. Undefined if its blob is gone, or if a later version has stored it in another form. */
export async function loadIfThere(blobs: Pick<BlobStore, "get">, stored: Stored): Promise<unknown> {
  if ("inline" in stored) return stored.inline;
  if (!isBlob(stored)) return undefined;
  const body = await blobs.get(stored.blob);
  return body && parsePayload(body);
}

/** Loads the JSON of a blob as bytes. Throws as `load` does. */
async function loadBytes(blobs: Pick<BlobStore, "get">, { blob }: { blob: string }): Promise<Uint8Array> {
  const body = await blobs.get(blob);
  if (!body) throw new JobError("NOT_FOUND", `The stored value ${blob} no longer exists.`);
  return body;
}

export interface Forgetting {
  blobs: Pick<BlobStore, "remove">;
  log: Log;
}

/**
 * Deletes a blob that nothing refers to any more. If S3 refuses, the blob stays behind and costs its storage; this is logged
 * and fails nothing.
 */
export async function forgetPayload({ blobs, log }: Forgetting, stored: Stored): Promise<void> {
  if (!isBlob(stored)) return;
  try {
    await blobs.remove(stored.blob);
  } catch (error) {
    log.warn("a blob that nothing refers to was not deleted", { blob: stored.blob, ...traceOf(error) });
  }
}
