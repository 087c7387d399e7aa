/** What fits into one item, message or call. */
export interface PageBounds {
  entries: number;
  bytes: number;
}

/** The bytes of the JSON of a value. */
export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? "null");

/**
 * Divides a list, in its order, into pages that keep bounds. An entry that is larger has a page to itself. The bytes are those of the
 * entries' JSON unless `bytesOf` counts them.
 */
export function pagesOf<Entry>(
  entries: readonly Entry[],
  most: PageBounds,
  bytesOf: (entry: Entry) => number = jsonBytes,
): Entry[][] {
  const pages: Entry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const bytes = bytesOf(entry);
    const last = pages.at(-1);
    if (last && last.length < most.entries && bytes <= room) {
      last.push(entry);
      room -= bytes;
    } else {
      pages.push([entry]);
      room = most.bytes - bytes;
    }
  }
  return pages;
}
