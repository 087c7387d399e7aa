import type * as z from "zod";
import { hasAccess, type Scopes } from "../access/scopes.ts";
import { matchedOf, type NotChanged, type Operation } from "../job/operation.ts";
import { defined, pick } from "../kernel/defined.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import type { ListedOperation, Operations } from "../ports/operations.ts";
import { actorOf } from "./actor-view.ts";
import type { OperationSchema } from "./schemas/operations.ts";

type OperationView = z.infer<typeof OperationSchema>;

export function operationView(operation: Operation): OperationView {
  const { id, product, counts, canary, watch_until, paused, stop, made_by: actor, made_by_name: name } = operation;
  const matched = matchedOf(operation);
  const isEnding = stop !== undefined && operation.ended_at === undefined;
  return {
    operation_id: id,
    product_tag: product,
    ...pick(operation, ["action", "envs", "state", "rate_per_second", "sample", "created_at"]),
    filter: filterShown(operation.filter),
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
