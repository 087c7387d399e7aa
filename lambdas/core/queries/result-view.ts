import type { Stored } from "../job/job.ts";
import { loadBytes, parsed } from "../operations/payload.ts";
import type { BlobStore } from "../ports/ports.ts";
import { largestAnswer, sentBytes, sentBytesOf } from "../schema/sizes.ts";

/** One too large for an answer is at `result_url`, for an hour. */
interface ResultView {
  result?: unknown;
  result_url?: string;
}

export const resultUrlSeconds = 3600;

/** What an answer needs of a result that is not in it: a URL with its signature. */
const urlBytes = 4096;

/**
 * The views with their results. Small ones, which are kept with the job, are always there; of those that are blobs as many as
 * the answer has room for, the first ones first, and the others as downloads. What counts is what is sent, which may be twice
 * what is kept: a CSV text has an escape in each line, and Lambda escapes that once more.
 */
export async function withResults<View extends object>(
  blobs: BlobStore,
  views: readonly View[],
  results: readonly (Stored | undefined)[],
): Promise<(View & ResultView)[]> {
  const small = views.map((view, i) => ({ ...view, ...inlineOf(results[i]) }));
  const room = largestAnswer - sentBytesOf(small) - urlBytes * (results.length + 1);
  const read = await Promise.all(likely(results, room).map((blob) => blob && loadBytes(blobs, blob)));
  let left = room;
  const shown: Promise<View & ResultView>[] = small.map(async (view, i) => {
    const result = results[i];
    if (!result || "inline" in result) return view;
    const json = read[i];
    const bytes = json ? sentBytes(json) : Number.POSITIVE_INFINITY;
    if (!json || bytes > left) return { ...view, result_url: await blobs.downloadUrl(result.blob, resultUrlSeconds) };
    left -= bytes;
    return { ...view, result: parsed(json) };
  });
  return Promise.all(shown);
}

const inlineOf = (result: Stored | undefined): ResultView =>
  result && "inline" in result ? { result: result.inline } : {};

/** The blobs worth reading: with those before them they would fit if nothing in them had to be escaped. */
function likely(
  results: readonly (Stored | undefined)[],
  room: number,
): (Extract<Stored, { blob: string }> | undefined)[] {
  let left = room;
  return results.map((result) => {
    if (!result || "inline" in result || result.bytes > left) return undefined;
    left -= result.bytes;
    return result;
  });
}
