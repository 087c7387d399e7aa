import type * as z from "zod";
import type { Tenant } from "../access/tenants.ts";
import { type FailureGroup, mergedGroups } from "../job/failure-group.ts";
import { dayMs } from "../kernel/duration-ms.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import type { Failures } from "../ports/failures.ts";
import type { ErrorGroupSchema } from "./schemas/errors.ts";

type ErrorGroupView = z.infer<typeof ErrorGroupSchema>;

/** The most days that an answer covers: each day of each tenant is a query. */
export const mostErrorDays = 31;

/** Where a page of the list ends: groups that fail more often come before it. */
export interface ErrorPosition {
  count: number;
  /** Tells groups of one count apart. */
  key: string;
}

interface ErrorQuery {
  /** The beginnings of the first and the last day. */
  firstDay: number;
  lastDay: number;
  limit: number;
  after?: ErrorPosition | undefined;
}

/** A page of the groups of failures of these tenants, added up over days, the most frequent first. */
export async function listErrors(
  failures: Pick<Failures, "read">,
  tenants: readonly Tenant[],
  { firstDay, lastDay, limit, after }: ErrorQuery,
): Promise<{ errors: ErrorGroupView[]; next?: ErrorPosition }> {
  const days = Array.from({ length: (lastDay - firstDay) / dayMs + 1 }, (_, i) => firstDay + i * dayMs);
  const reads = tenants.flatMap((tenant) => days.map((day) => ({ tenant, day })));
  const read = await inParallel(readsAtOnce, reads, async ({ tenant, day }) => ({
    tenant,
    groups: await failures.read(tenant.product, tenant.env, day),
  }));
  const all = tenants.flatMap((tenant) =>
    mergedGroups(read.filter((one) => one.tenant === tenant).flatMap(({ groups }) => groups)).map((group) =>
      errorGroupViewOf(tenant, group),
    ),
  );
  const left = all.sort(byCount).filter((group) => !after || isErrorBehind(errorPositionOf(group), after));
  const errors = left.slice(0, limit);
  const last = errors.at(-1);
  return { errors, ...(last && left.length > limit && { next: errorPositionOf(last) }) };
}

const errorGroupViewOf = ({ product, env }: Tenant, group: FailureGroup): ErrorGroupView => ({
  product_tag: product,
  env,
  ...group,
});

const errorPositionOf = ({ product_tag, env, fingerprint, count }: ErrorGroupView): ErrorPosition => ({
  count,
  key: `${product_tag}#${env}#${fingerprint}`,
});

const isErrorBehind = (one: ErrorPosition, other: ErrorPosition): boolean =>
  one.count < other.count || (one.count === other.count && one.key > other.key);

const byCount = (a: ErrorGroupView, b: ErrorGroupView): number =>
  isErrorBehind(errorPositionOf(a), errorPositionOf(b)) ? 1 : -1;
