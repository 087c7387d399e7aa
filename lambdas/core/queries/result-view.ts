import { isBlob, type Stored, type StoredBlob } from "../job/job.ts";
import { largestAnswer, sentBytes, sentBytesOf } from "../kernel/sizes.ts";
import { parsePayload } from "../operations/payload.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import { redact } from "./redact.ts";

/**
 * A result that is too large for the answer can be downloaded from `result_url` for an hour. The download would have the parts that
 * are hidden, so for a job that hides any it is `result_bytes` instead, the size of the result.
 */
interface ResultView {
  result?: unknown;
  result_url?: string;
  result_bytes?: number;
  redacted?: string[];
}

export const resultUrlSeconds = 3600;

/** The room in an answer for the signed URL of a result. */
const urlBytes = 4096;

/**
 * Adds the results to the views. Small results, which are stored with the job, are always included. Results in blobs are included
 * in order as long as the answer has room, and the others as download URLs. Sizes are those of the sent answer, which may
 * be twice as large as stored: for example, each line of a CSV string has an escape, which Lambda escapes again.
 */
export async function withResults<View extends object>(
  blobs: BlobStore,
  views: readonly View[],
  results: readonly (Stored | undefined)[],
  hidden: readonly string[] = [],
): Promise<(View & ResultView)[]> {
  const small = views.map((view, i) => ({ ...view, ...inlineOf(results[i], hidden) }));
  const room = largestAnswer - sentBytesOf(small) - urlBytes * (results.length + 1);
  const read = await Promise.all(candidates(results, room).map((blob) => blob && readBlob(blobs, blob)));
  let left = room;
  const shown: Promise<View & ResultView>[] = small.map(async (view, i) => {
    const result = results[i];
    if (!isBlob(result)) return view;
    const json = read[i];
    if (json === gone) return view;
    if (hidden.length === 0) {
      const bytes = json ? sentBytes(json) : Number.POSITIVE_INFINITY;
      if (!json || bytes > left) return { ...view, result_url: await blobs.downloadUrl(result.blob, resultUrlSeconds) };
      left -= bytes;
      return { ...view, result: parsePayload(json) };
    }
    const visible = json && visibleOf(parsePayload(json), hidden);
    const bytes = visible ? sentBytesOf(visible) : Number.POSITIVE_INFINITY;
    if (!visible || bytes > left) return { ...view, result_bytes: result.bytes };
    left -= bytes;
    return { ...view, ...visible };
  });
  return Promise.all(shown);
}

const gone = "gone";

/** A deletion that was interrupted leaves a job whose result is gone: it must not hold up the others of its page. */
const readBlob = async (blobs: BlobStore, { blob }: { blob: string }): Promise<Uint8Array | typeof gone> =>
  (await blobs.get(blob)) ?? gone;

const inlineOf = (result: Stored | undefined, hidden: readonly string[]): ResultView =>
  result && "inline" in result ? visibleOf(result.inline, hidden) : {};

function visibleOf(result: unknown, hidden: readonly string[]): ResultView {
  const { value, redacted } = redact(result, hidden);
  return { result: value, ...(redacted.length > 0 && { redacted }) };
}

/** The blobs that are worth reading: those that would fit if they contained nothing to escape. */
function candidates(results: readonly (Stored | undefined)[], room: number): (StoredBlob | undefined)[] {
  let left = room;
  return results.map((result) => {
    if (!isBlob(result) || result.bytes > left) return undefined;
    left -= result.bytes;
    return result;
  });
}
