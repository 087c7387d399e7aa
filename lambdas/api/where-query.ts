import type { Scopes } from "../core/access/scopes.ts";
import type { Tenant } from "../core/access/tenants.ts";
import type { Job } from "../core/job/job.ts";
import { isOnlyFailed } from "../core/job/job-filter.ts";
import { isFoundBy } from "../core/job/job-search.ts";
import { defined } from "../core/kernel/defined.ts";
import { filterOf, type Listed, type ListQuery } from "../core/operations/list-jobs.ts";
import { isSearchedBy, namedPlaces, type SearchPlace } from "../core/operations/search-places.ts";
import { type Finding, findByValue } from "../core/queries/find-jobs.ts";

/** What a list asks of values: `where[order]=A-17`, and when the job was made. */
export interface Where {
  values: Readonly<Record<string, string>>;
  /** Epoch milliseconds, both inclusive. */
  from?: number | undefined;
  until?: number | undefined;
}

const condition = /^where\[(.*)\]$/s;

/** The field that a parameter is a condition on. No schema keeps one named `__proto__`: the condition would be gone, and the others match more. */
function fieldIn(parameter: string): string | undefined {
  const field = condition.exec(parameter)?.[1];
  return field === "__proto__" ? undefined : field;
}

/** A query with its conditions `where[name]=value` as one field. Any other parameter stays. */
export function withWhere(query: Readonly<Record<string, string>>): Record<string, unknown> {
  const named = Object.entries(query).map(([name, value]) => ({ name, value, field: fieldIn(name) }));
  const conditions = named.flatMap(({ field, value }) => (field === undefined ? [] : [[field, value] as const]));
  const others = named.flatMap(({ name, field, value }) => (field === undefined ? [[name, value] as const] : []));
  return { ...Object.fromEntries(others), ...(conditions.length > 0 && { where: Object.fromEntries(conditions) }) };
}

/** A condition, and the tenants in which the caller may search by it. */
interface Condition {
  name: string;
  text: string;
  places: readonly SearchPlace[];
}

/**
 * A page of the jobs that have these values, the latest made first, or with the status `failed` alone the latest failure. The first condition
 * is looked up, and whatever else is asked for is looked at in the jobs that it leads to.
 */
export async function listWhere(
  services: Finding,
  tenants: readonly Tenant[],
  { values, from, until }: Where,
  { scopes, query, now }: { scopes: Scopes; query: ListQuery; now: number },
): Promise<Listed> {
  const { catalog } = services;
  const conditions = Object.entries(values).map(([name, text]): Condition => {
    const places = namedPlaces(catalog, tenants, name, { scopes, inBody: false, at: ["query", "where", name] });
    return { name, text, places };
  });
  const [first, ...others] = conditions as [Condition, ...Condition[]];
  const failed = isOnlyFailed(query);
  const matches = filterOf(query, now);
  const isMadeThen = ({ created_at }: Job) =>
    created_at >= (from ?? 0) && created_at <= (until ?? Number.POSITIVE_INFINITY);
  const has = (job: Job, { name, text, places }: Condition) =>
    places.some(({ product, env }) => product === job.product && env === job.env) &&
    isSearchedBy(catalog, job, name) &&
    isFoundBy(job.search, { field: name, values: [text], sealed: false });
  const { found, ...page } = await findByValue(services, {
    ...{ places: first.places, text: first.text, failed, limit: query.limit, after: query.after },
    ...(failed ? { from: query.from, until: query.until } : { from, until }),
    passes: (job) => matches(job) && isMadeThen(job) && others.every((other) => has(job, other)),
  });
  return { jobs: found.map(({ job }) => job), ...defined(page) };
}
