import type * as z from "zod";
import { hasAccess, type Scopes } from "../access/scopes.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { matchedOf, type NotChanged, type Operation, shownState } from "../job/operation.ts";
import { defined, pick } from "../kernel/defined.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import { seesValue } from "../operations/search-places.ts";
import type { ListedOperation, Operations } from "../ports/operations.ts";
import { actorOf } from "./actor-view.ts";
import { redactedText } from "./redact.ts";
import type { OperationSchema } from "./schemas/operations.ts";

type OperationView = z.infer<typeof OperationSchema>;

/** By what an operation is shown. */
interface Seen {
  catalog: Pick<Catalog, "products">;
  /** Those of the caller. */
  scopes: Scopes;
}

export function operationView(operation: Operation, seen: Seen): OperationView {
  const { id, product, counts, canary, watch_until, paused, stop, made_by: actor, made_by_name: name } = operation;
  const matched = matchedOf(operation);
  const isEnding = stop !== undefined && operation.ended_at === undefined;
  return {
    operation_id: id,
    product_tag: product,
    ...pick(operation, ["action", "envs", "rate_per_second", "sample", "created_at"]),
    state: shownState(operation),
    filter: { ...filterShown(operation.filter), ...whereShown(operation, seen) },
    ...counts,
    matched,
    remaining: matched - counts.changed - counts.unchanged - counts.failed,
    ...pick(operation, ["reason", "start_at", "expect", "dry_run", "why", "detail", "collected_at", "ended_at"]),
    ...(canary && { canary: { ...canary, ...defined({ until: watch_until }) } }),
    ...(paused && { paused }),
    ...(isEnding && { stopping: true }),
    made_by: actorOf({ actor, ...defined({ name }) }),
  };
}

const filterShown = ({ status, type, ...others }: Operation["filter"]): OperationView["filter"] => ({
  ...others,
  status: [...status],
  ...(type && { type: [...type] }),
});

/** A value is shown to whom it may be searched by, and a sealed one is not kept. */
function whereShown(
  { product, envs, where }: Operation,
  { catalog, scopes }: Seen,
): Pick<OperationView["filter"], "where"> {
  if (!where) return {};
  const { field: name, sealed, places } = where;
  const isSeen = envs.every((env) => seesValue(catalog, scopes, { product, env }, { name, sealed }));
  return { where: { [name]: sealed ? sealedText : isSeen ? (places[0]?.values[0] ?? "") : redactedText } };
}

const sealedText = "[sealed]";

/** Whether a caller may see an operation: it reaches all of its envs. */
export const mayShow = (scopes: Scopes, { product, envs }: Operation): boolean =>
  envs.every((env) => hasAccess(scopes, { product, env }));

/** A page of the operations of a product that the caller may see, the latest first. */
export async function listOperations(
  operations: Pick<Operations, "list" | "get">,
  product: string,
  { limit, after, scopes }: { limit: number; after?: ListedOperation | undefined; scopes: Scopes },
): Promise<{ operations: Operation[]; next?: ListedOperation }> {
  const listed = await operations.list(product, { limit, after });
  const read = await inParallel(readsAtOnce, listed, ({ id }) => operations.get(id));
  const last = listed.at(-1);
  return {
    operations: read.filter((one) => one !== undefined).filter((one) => mayShow(scopes, one)),
    ...(last && listed.length === limit && { next: { id: last.id, created_at: last.created_at } }),
  };
}

/** How many pages of turns one answer is made of at most. */
const mostPages = 20;

/** A page of the jobs that an operation has not changed, those of the latest turns first, with the whole of each. `turn` is where it begins. */
export async function listNotChanged(
  operations: Pick<Operations, "page">,
  { id, last_page }: Operation,
  { turn = last_page, limit }: { turn?: number | undefined; limit: number },
): Promise<{ jobs: NotChanged[]; next?: number }> {
  const jobs: NotChanged[] = [];
  let at = turn;
  for (let pages = 0; at !== undefined && pages < mostPages && jobs.length < limit; pages++) {
    const page = await operations.page(id, at);
    jobs.push(...(page?.jobs ?? []));
    at = page?.previous;
  }
  return { jobs, ...(at !== undefined && { next: at }) };
}
