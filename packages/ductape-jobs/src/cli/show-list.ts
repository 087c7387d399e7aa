import type { Json } from "./api.ts";
import type { Context } from "./context.ts";
import { type PageOptions, type PageSource, pages, wholeOf } from "./pages.ts";
import { type Column, makeTable } from "./terminal/table.ts";

interface Listing<Row> extends Omit<PageSource, "query"> {
  query?: PageSource["query"];
  columns: readonly Column<Row>[];
  /** What to say where there is none. */
  none: string;
}

/** After how many entries that were looked at in vain a search says so. */
const toldEach = 5_000;

/** Prints a list of the API: a page at a time as a table, or all of it as one document. */
export async function showList<Row>(
  { api, json, io, print, say, when, columns: width }: Context,
  { path, field, query = {}, inBody, columns, none }: Listing<Row>,
  options: PageOptions,
): Promise<void> {
  const read = pages<Json>(api, { path, field, query, inBody }, options);
  if (json) return print(await wholeOf(field, read));
  const lines = makeTable(columns, width);
  const backTo = ({ looked_back_to: at }: Json) => (typeof at === "number" ? `, back to ${when(at)}` : "");
  let shown = 0;
  let next: unknown;
  let looked = 0;
  for await (const page of read) {
    const rows = page[field] as Row[];
    next = page.next_cursor;
    // Few match: who waits is told how far the search has come.
    looked += typeof page.examined === "number" ? page.examined : 0;
    if (page.examined !== undefined && looked % toldEach === 0)
      io.err.write(`Looked at ${looked.toLocaleString("en-US")}${backTo(page)}, and goes on.\n`);
    if (rows.length > 0) say(lines(rows, next !== undefined));
    shown += rows.length;
  }
  if (shown === 0 && next === undefined) io.err.write(`${none}\n`);
  if (next !== undefined) io.err.write(`More follow: --all, a larger --limit, or --cursor ${next}\n`);
}
