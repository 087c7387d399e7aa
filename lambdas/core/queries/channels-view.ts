import type { Job } from "../job/job.ts";
import type { JobErrorCode } from "../job/job-error.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { BlobStore } from "../ports/ports.ts";

/** What became of a channel of a notification: by recipient where it tells them apart, of a callback the status of its answer. */
export type ChannelView = ({ status: "sent" } | { status: "failed"; code: JobErrorCode }) & {
  sent?: { to: string; id: string }[];
  /** Recipients that no longer exist, for the caller to forget. */
  dead?: { to: string; reason: string }[];
  response_status?: number;
};

/**
 * The channels of a notification that has not completed, as its latest attempt left them; where it has, they are its result.
 * A job of another type has none.
 */
export async function channelsShown({ blobs }: { blobs: Pick<BlobStore, "get"> }, { type, progress }: Job) {
  if (type !== "notification" || !progress) return undefined;
  // Nothing is there where another attempt has ended since the item was read: that takes this one's away.
  const kept = (await loadIfThere(blobs, progress)) as { channels?: Record<string, ChannelView> } | undefined;
  return kept?.channels;
}
