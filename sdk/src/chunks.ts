/**
 * The limits of one request. The API accepts 4.4 MB, and 6 MB after AWS has escaped the quotes and backslashes; these limits leave
 * room for the JSON around the jobs.
 */
export const requestLimits = { jobs: 100, bytes: 4_390_000, escaped: 5_990_000 };

interface Size {
  bytes: number;
  escaped: number;
}

const encoder = new TextEncoder();

/** The size of a body in a request: its UTF-8 bytes with a comma, and the same with escapes. */
function sizeOf(body: string): Size {
  const bytes = encoder.encode(body).byteLength + 1;
  return { bytes, escaped: bytes + (body.match(/["\\]/g)?.length ?? 0) };
}

const plus = (a: Size, b: Size): Size => ({ bytes: a.bytes + b.bytes, escaped: a.escaped + b.escaped });
const fits = ({ bytes, escaped }: Size): boolean => bytes <= requestLimits.bytes && escaped <= requestLimits.escaped;

/** Whether a job is too large for a request of its own. */
export const isTooLarge = (body: string): boolean => !fits(sizeOf(body));

/** Groups the bodies, in their order, into as few requests as the API allows. */
export function chunksOf<Item extends { body: string }>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = [];
  let chunk: Item[] = [];
  let size: Size = { bytes: 0, escaped: 0 };
  for (const item of items) {
    const own = sizeOf(item.body);
    if (chunk.length === requestLimits.jobs || (chunk.length > 0 && !fits(plus(size, own)))) {
      chunks.push(chunk);
      chunk = [];
      size = { bytes: 0, escaped: 0 };
    }
    chunk.push(item);
    size = plus(size, own);
  }
  return chunk.length > 0 ? [...chunks, chunk] : chunks;
}
