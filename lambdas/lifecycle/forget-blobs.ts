import type { JobChange } from "../aws/lambda/stream-handler.ts";
import type { Stored } from "../core/job/job.ts";
import { slicesOf } from "../core/job/list.ts";
import { inParallel } from "../core/kernel/in-parallel.ts";
import { type Forgetting, forgetPayload } from "../core/operations/payload.ts";
import { inputsPrefix } from "../topology.ts";

const atOnce = 10;

/**
 * Deletes inputs and progress that no job refers to any longer: the item was deleted, by its caller or by its TTL, or has
 * newer progress. A lifecycle rule of the bucket could not do this: S3 counts an object's age from when it was written, and
 * a series may never end.
 */
export async function forgetBlobs(services: Forgetting, changes: readonly JobChange[]): Promise<void> {
  await inParallel(atOnce, changes.flatMap(leftBehind), (stored) => forgetPayload(services, stored));
}

/** The blobs that a change removed from the item. Not results: an archived run may still refer to them. */
function leftBehind({ before, after }: JobChange): Stored[] {
  if (!before) return [];
  // Those of a list that are not among its own inputs were stored by an earlier version, where the bucket deletes them by their age.
  const slices = after ? [] : slicesOf(before).filter((key) => key.startsWith(`${inputsPrefix}${before.id}/`));
  const own = [before.input, before.progress].filter(
    (stored): stored is Extract<Stored, { blob: string }> =>
      stored !== undefined &&
      "blob" in stored &&
      ![after?.input, after?.progress].some((kept) => kept && "blob" in kept && kept.blob === stored.blob),
  );
  return [...own, ...slices.map((blob) => ({ blob, bytes: 0 }))];
}
