import type { Json } from "./api.ts";
import type { Context } from "./context.ts";
import { type PageOptions, pages, wholeOf } from "./pages.ts";
import { type Column, makeTable } from "./terminal/table.ts";

interface Listing<Row> {
  path: string;
  /** The field of the answer that has the entries. */
  field: string;
  query?: Record<string, string | number | boolean | undefined>;
  columns: readonly Column<Row>[];
  /** What to say where there is none. */
  none: string;
}

/** Prints a list of the API: a page at a time as a table, or all of it as one document. */
export async function showList<Row>(
  { api, json, io, print, say, columns: width }: Context,
  { path, field, query = {}, columns, none }: Listing<Row>,
  options: PageOptions,
): Promise<void> {
  const read = pages<Json>(api, { path, field, query }, options);
  if (json) return print(await wholeOf(field, read));
  const lines = makeTable(columns, width);
  let shown = 0;
  let next: unknown;
  for await (const page of read) {
    const rows = page[field] as Row[];
    next = page.next_cursor;
    if (rows.length > 0) say(lines(rows, next !== undefined));
    shown += rows.length;
  }
  if (shown === 0 && next === undefined) io.err.write(`${none}\n`);
  if (next !== undefined) io.err.write(`More follow: --all, a larger --limit, or --cursor ${next}\n`);
}
