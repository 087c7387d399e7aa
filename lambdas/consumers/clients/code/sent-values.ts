import type { LogEntry, SentValue } from "../../../core/job/decide-messages.ts";
import type { KeptEntry, KeptValue } from "../../../core/job/run-log.ts";
import { inParallel } from "../../../core/kernel/in-parallel.ts";
import type { BlobStore } from "../../../core/ports/blob-store.ts";
import { bundlesPrefix } from "../../../topology.ts";

type Linking = Pick<BlobStore, "downloadUrl">;

/** For how many seconds a link of a message is good: longer than its answer may take. */
const linkSeconds = 900;

/** A value as a message has it. What a blob holds is read by a link, which no log has. */
export const sentValue = async (blobs: Linking, value: KeptValue): Promise<SentValue> => {
  if (!("blob" in value)) return { v: value.v };
  const { blob, sha256, bytes } = value;
  return { url: await blobs.downloadUrl(blob, linkSeconds), sha256, bytes };
};

/** A log as a message has it. */
export const sentLog = (blobs: Linking, entries: readonly KeptEntry[]): Promise<LogEntry[]> =>
  inParallel(20, entries, async ({ as: _shown, value, ...entry }) => ({
    ...entry,
    ...(value && { value: await sentValue(blobs, value) }),
  }));

/** Where the code with which runs began is kept, by its hash. */
export const bundleKey = (sha256: string): string => `${bundlesPrefix}${sha256}.mjs.gz`;

/** A link to that code, for a process that does not have it. */
export const linkToCode = async (blobs: Linking, sha256: string) => ({
  url: await blobs.downloadUrl(bundleKey(sha256), linkSeconds),
});
