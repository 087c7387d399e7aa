import type { JobChange } from "../aws/lambda/stream-handler.ts";
import type { Stored } from "../core/job/job.ts";
import { inParallel } from "../core/operations/in-parallel.ts";
import { type Forgetting, forget } from "../core/operations/payload.ts";

const atOnce = 10;

/**
 * Deletes the inputs and progress that jobs have left behind. S3 counts an object's age from when it was written, and cannot
 * know how long its job goes on: a series has no end, and a feature lasts for months. So they have no age there, and go when
 * the job's item no longer refers to them: it is removed, by its caller or by its TTL, or has newer progress.
 */
export async function forgetBlobs(services: Forgetting, changes: readonly JobChange[]): Promise<void> {
  await inParallel(atOnce, changes.flatMap(leftBehind), (stored) => forget(services, stored));
}

/** What a write has taken out of the item. Results are not among it: an archived run may refer to them. */
export function leftBehind({ before, after }: JobChange): Stored[] {
  if (!before) return [];
  return [before.input, before.progress].filter(
    (stored): stored is Extract<Stored, { blob: string }> =>
      stored !== undefined &&
      "blob" in stored &&
      ![after?.input, after?.progress].some((kept) => kept && "blob" in kept && kept.blob === stored.blob),
  );
}
