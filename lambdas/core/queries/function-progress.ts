import type { Job } from "../job/job.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import { redact } from "./redact.ts";

/** What a function of the team's own has reported last, without what its event hides. A job of another type has none. */
export async function progressShown(
  { blobs }: { blobs: Pick<BlobStore, "get"> },
  { type, progress }: Job,
  hidden: readonly string[] = [],
): Promise<unknown> {
  if (type !== "function" || !progress) return undefined;
  // The blob is gone if another attempt has ended since the item was read and replaced the progress.
  return redact(await loadIfThere(blobs, progress), hidden).value;
}
