import type { Job } from "../job/job.ts";
import { isAnswerable } from "../job/transitions.ts";
import { liveProgress } from "../operations/live-progress.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import { redact } from "./redact.ts";

/**
 * What a function of the team's own has reported last, without what its event hides: while it runs where nobody waits for it, what it reports
 * then. A job of another type has none.
 */
export async function progressShown(
  { blobs }: { blobs: Pick<BlobStore, "get"> },
  job: Job,
  hidden: readonly string[] = [],
): Promise<unknown> {
  const { type, progress } = job;
  if (type !== "function") return undefined;
  const { claim_id = "" } = job;
  const live = isAnswerable(job, { ...job, claim_id }) ? await liveProgress(blobs, job) : undefined;
  if (live) return redact(live.v, hidden).value;
  // The blob is gone if another attempt has ended since the item was read and replaced the progress.
  return progress && redact(await loadIfThere(blobs, progress), hidden).value;
}
