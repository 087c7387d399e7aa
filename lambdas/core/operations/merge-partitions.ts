import { comparePositions, type IndexPosition, type Order } from "../job/index-position.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import type { Page } from "../ports/job-store.ts";

/** Reads a page of one partition. */
export type ReadPage = (limit: number, after: IndexPosition | undefined) => Promise<Page>;

interface MergeOptions {
  order: Order;
  /** The merged positions start after this one, in every partition. */
  after: IndexPosition | undefined;
  /** The size of the first page of each partition. Each further page of it is twice as large. */
  firstPage: number;
}

const largestPage = 100;

interface Stream {
  read: ReadPage;
  page: Page;
  taken: number;
  size: number;
}

/**
 * Merges the sorted positions of many partitions into one sorted list. It reads lazily: the next page of a partition is read only
 * when its last page is used up and the caller wants more. So the work depends on how much the caller takes and not on how much
 * is stored.
 */
export async function* mergePartitions(
  reads: readonly ReadPage[],
  options: MergeOptions,
): AsyncGenerator<IndexPosition, void> {
  const compare = comparePositions(options.order);
  const streams = await inParallel(readsAtOnce, reads, async (read): Promise<Stream> => {
    const page = await read(options.firstPage, options.after);
    return { read, page, taken: 0, size: options.firstPage };
  });
  for (;;) {
    const first = firstStream(streams, compare);
    if (!first) return;
    yield headOf(first) as IndexPosition;
    await advance(first);
  }
}

const headOf = ({ page, taken }: Stream): IndexPosition | undefined => page.jobs[taken];

function firstStream(streams: Stream[], compare: (a: IndexPosition, b: IndexPosition) => number): Stream | undefined {
  let first: { stream: Stream; head: IndexPosition } | undefined;
  for (const stream of streams) {
    const head = headOf(stream);
    if (head && (!first || compare(head, first.head) < 0)) first = { stream, head };
  }
  return first?.stream;
}

async function advance(stream: Stream): Promise<void> {
  stream.taken++;
  const { next, jobs } = stream.page;
  if (stream.taken < jobs.length || !next) return;
  stream.size = Math.min(largestPage, 2 * stream.size);
  stream.page = await stream.read(stream.size, next);
  stream.taken = 0;
}
