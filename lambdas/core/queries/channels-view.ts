import type * as z from "zod";
import type { Job } from "../job/job.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { BlobStore } from "../ports/ports.ts";
import type { ChannelSchema } from "./schemas/job.ts";

/** The outcome of one channel of a notification. */
export type ChannelView = z.infer<ReturnType<typeof ChannelSchema>>;

/**
 * The channels of a notification as its latest attempt left them. A completed notification has them in its result, and a job of
 * another type has none.
 */
export async function channelsShown({ blobs }: { blobs: Pick<BlobStore, "get"> }, { type, progress }: Job) {
  if (type !== "notification" || !progress) return undefined;
  // The blob is gone if another attempt has ended since the item was read and replaced the progress.
  const kept = (await loadIfThere(blobs, progress)) as { channels?: Record<string, ChannelView> } | undefined;
  return kept?.channels;
}
