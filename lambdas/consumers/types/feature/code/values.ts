import { hash } from "node:crypto";
import type { SentValue } from "../../../../core/job/decide-messages.ts";
import { isBlob, type Job, type Stored } from "../../../../core/job/job.ts";
import { type KeptValue, largestLogValue } from "../../../../core/job/run-log.ts";
import { load } from "../../../../core/operations/payload.ts";
import type { BlobStore } from "../../../../core/ports/blob-store.ts";
import { runsPrefix } from "../../../../topology.ts";
import type { Loading } from "../results.ts";

/** For how many seconds a link of a message is good: longer than a decision may take. */
const linkSeconds = 900;

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

/** A value as a message has it. What a blob holds is read by a link, which no log has. */
export const sent = async (blobs: Pick<BlobStore, "downloadUrl">, value: KeptValue): Promise<SentValue> => {
  if (!("blob" in value)) return { v: value.v };
  const { blob, sha256, bytes } = value;
  return { url: await blobs.downloadUrl(blob, linkSeconds), sha256, bytes };
};
