import { hash } from "node:crypto";
import { isBlob, type Job, type Stored } from "../../../../core/job/job.ts";
import { type KeptValue, largestLogValue } from "../../../../core/job/run-log.ts";
import { load } from "../../../../core/operations/payload.ts";
import type { BlobStore } from "../../../../core/ports/blob-store.ts";
import { runsPrefix } from "../../../../topology.ts";
import type { Loading } from "../results.ts";

/**
 * Keeps a value for as long as its run: a small one in the log, a larger one as a blob of the run's own, named by its content, so that a
 * decision that repeats after a crash finds it.
 */
export async function keepValue(blobs: Pick<BlobStore, "put">, { id }: Job, value: unknown): Promise<KeptValue> {
  const json = JSON.stringify(value) ?? "null";
  const bytes = Buffer.byteLength(json);
  if (bytes <= largestLogValue) return { v: JSON.parse(json) };
  const sha256 = hash("sha256", json, "hex");
  const blob = `${runsPrefix}${id}/${sha256}`;
  await blobs.put(blob, Buffer.from(json), "application/json");
  return { blob, sha256, bytes };
}

/** The same of the result of a job, which is deleted some day, and the run may go on after that. */
export async function keepResult({ blobs, room, signal }: Loading & { blobs: BlobStore }, job: Job, result: Stored) {
  if (isBlob(result)) await room.forAnswer(result.bytes, signal);
  return keepValue(blobs, job, await load(blobs, result));
}
