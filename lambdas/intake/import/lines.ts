/** A line of an object, which may be read from any line on. */
export interface ImportLine {
  /** Counted from the beginning of the object; the first line is 1. */
  number: number;
  /** Without the line break; undefined if the line is too long. */
  bytes: Buffer | undefined;
  /** The byte of the object at which the next line begins. */
  end: number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * The lines of a stream, split at `\n` or `\r\n` while they are still bytes, so that a chunk may end inside a character. Holds
 * one line in memory at a time, and nothing of a line that is longer than `longest` bytes. Throws if the stream ends before
 * the object, because the last line would be incomplete, or continues after it, because it is then not the object's.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  from: { offset: number; lines: number; size: number },
  longest: number,
): AsyncGenerator<ImportLine> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let { offset: end, lines: number } = from;
  const keep = (piece: Uint8Array) => {
    length += piece.byteLength;
    end += piece.byteLength;
    if (length <= longest + 1) pieces.push(piece);
    else pieces = [];
  };
  const take = (): ImportLine => {
    const bytes = withoutReturn(Buffer.concat(pieces));
    const tooLong = length > longest + 1 || bytes.byteLength > longest;
    pieces = [];
    length = 0;
    number++;
    return { number, bytes: tooLong ? undefined : bytes, end };
  };
  let received = end;
  for await (const chunk of chunks) {
    received += chunk.byteLength;
    if (received > from.size) throw new Error(`the object of ${from.size} bytes continues after its end`);
    let start = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, at));
      end++;
      start = at + 1;
      yield take();
    }
    keep(chunk.subarray(start));
  }
  if (end !== from.size) throw new Error(`the object ended at byte ${end} of ${from.size}`);
  if (length > 0) yield take();
}

const withoutReturn = (line: Buffer): Buffer => (line.at(-1) === carriageReturn ? line.subarray(0, -1) : line);

/** Collects items into groups; a group is full when it has enough items or bytes. */
export async function* groupsOf<T>(
  items: AsyncIterable<T>,
  most: { items: number; bytes: number },
  bytesOf: (item: T) => number,
): AsyncGenerator<T[]> {
  let group: T[] = [];
  let bytes = 0;
  for await (const item of items) {
    group.push(item);
    bytes += bytesOf(item);
    if (group.length < most.items && bytes < most.bytes) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}
