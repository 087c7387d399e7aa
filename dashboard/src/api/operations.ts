import type { Operation, OperationPage } from "../../../sdk/src/index.ts";
import { onlyCounts } from "../operation/states.ts";
import { ductape } from "./client.ts";
import { defineQuery } from "./define-query.ts";

/** One operation, with what it has done so far. */
export const operationOf = defineQuery("operation", (id: string) => ductape().operations.get(id));

const perPage = 50;
/** How many are read at most for each that is shown. */
const readPerShown = 10;

export interface OperationList {
  operations: Operation[];
  /** How many were read that only count jobs, and are not among them. */
  counts: number;
  hasMore: boolean;
}

/** The latest operations of a product, pages of them until there are `limit`. Those that only count are left out unless they are wanted. */
export const operationsOf = defineQuery(
  "operations",
  async (product_tag: string, withCounts: boolean, limit: number): Promise<OperationList> => {
    const pages = ductape().operations.list({ product_tag, limit: perPage });
    const operations: Operation[] = [];
    let counts = 0;
    let read = 0;
    let page: OperationPage;
    let cursor: string | undefined;
    do {
      page = await pages.page(cursor);
      cursor = page.next_cursor;
      read += perPage;
      const shown = page.operations.filter((one) => withCounts || !onlyCounts(one));
      counts += page.operations.length - shown.length;
      operations.push(...shown);
    } while (cursor !== undefined && operations.length < limit && read < readPerShown * limit);
    return { operations, counts, hasMore: cursor !== undefined };
  },
);
