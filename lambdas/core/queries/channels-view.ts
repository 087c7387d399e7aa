import type * as z from "zod";
import type { Job } from "../job/job.ts";
import { defined } from "../kernel/defined.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import { redact } from "./redact.ts";
import type { ChannelSchema } from "./schemas/progress.ts";

/** The outcome of one channel of a notification. */
export type ChannelView = z.infer<typeof ChannelSchema>;

/**
 * The channels of a notification as its latest attempt left them. A completed notification has them in its result, and a job of
 * another type has none.
 */
export async function channelsShown(
  { blobs }: { blobs: Pick<BlobStore, "get"> },
  { type, progress }: Job,
  hidden: readonly string[] = [],
) {
  if (type !== "notification" || !progress) return undefined;
  // The blob is gone if another attempt has ended since the item was read and replaced the progress.
  const kept = (await loadIfThere(blobs, progress)) as { channels?: Record<string, ChannelView> } | undefined;
  return kept?.channels && withoutHidden(kept.channels, hidden);
}

/** Of a channel with a hidden part only the status is left, and why it failed. */
function withoutHidden(channels: Record<string, ChannelView>, hidden: readonly string[]): Record<string, ChannelView> {
  const shown = Object.entries(channels).map(([name, channel]) => {
    const one = { [name]: channel };
    // In the result that a completed job would have, the channels are one level deeper.
    const hides = [one, { channels: one }].some((place) => redact(place, hidden).redacted.length > 0);
    return [name, hides ? channelOutcomeOf(channel) : channel] as const;
  });
  return Object.fromEntries(shown);
}

const channelOutcomeOf = (channel: ChannelView): ChannelView =>
  channel.status === "sent"
    ? { status: "sent" }
    : { status: "failed", code: channel.code, ...defined({ provider_code: channel.provider_code }) };
