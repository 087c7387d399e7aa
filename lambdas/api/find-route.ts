import type { HttpResponse } from "../aws/http/route.ts";
import { may, requireScope, type Scopes } from "../core/access/scopes.ts";
import { tenantsOf } from "../core/access/tenants.ts";
import type { Job } from "../core/job/job.ts";
import { defined } from "../core/kernel/defined.ts";
import { jsonPointer } from "../core/kernel/schema.ts";
import { limitPlaces, namedPlaces, searchPlaces } from "../core/operations/search-places.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../core/queries/cursor.ts";
import { type FoundJob, findByValue, findDirectly, sharedKeysFor } from "../core/queries/find-jobs.ts";
import { pausesFor } from "../core/queries/pause-view.ts";
import { summaryOf } from "../core/queries/view.ts";
import { Position } from "./list-query.ts";

/** A search, as a query or a body has it. */
interface Asked {
  product_tag?: string | undefined;
  env?: string | undefined;
  q: string;
  field?: string | undefined;
  status?: "failed" | undefined;
  /** Epoch milliseconds; `to` is exclusive. */
  from?: number | undefined;
  to?: number | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Where the request has its fields: `query` or the body. */
interface From {
  scopes: Scopes;
  inBody: boolean;
}

/** Returns the jobs that a text names or that have it as a value, in pages. */
export async function findJobs(services: ApiServices, asked: Asked, { scopes, inBody }: From): Promise<HttpResponse> {
  const { catalog, pauses, clock } = services;
  const { product_tag, env, q: text, field, status, from, to, limit, cursor } = asked;
  requireScope(scopes, "jobs:read", { product: product_tag, env });
  const at = inBody ? [] : ["query"];
  const tenants = tenantsOf(catalog, scopes, { product_tag, env }, jsonPointer(at)).filter((tenant) =>
    may(scopes, "jobs:read", tenant),
  );
  const asking = { scopes, inBody, at: [...at, "field"] };
  const places =
    field === undefined ? searchPlaces(catalog, tenants, asking) : namedPlaces(catalog, tenants, field, asking);
  const shared = field === undefined ? sharedKeysFor(catalog, tenants, text) : [];
  limitPlaces(field === undefined ? tenants.length + shared.length + places.length : places.length, [
    ...at,
    product_tag === undefined ? "product_tag" : env === undefined ? "env" : "field",
  ]);
  // Without the text: a cursor, with its checksum, would tell who guesses a sealed value that the guess is right.
  const list = { find: { product_tag, env, field, status, from, to } };
  const after = cursor === undefined ? undefined : decodeCursor(Position, cursor, list, jsonPointer([...at, "cursor"]));
  const until = to === undefined ? undefined : to - 1;
  const failed = status === "failed";
  const page = await findByValue(services, { places, text, failed, from, until, after, limit });
  // What names a job directly is no part of the order, and stands on the first page.
  const direct =
    field === undefined && after === undefined ? await findDirectly(services, { tenants, shared, text }) : [];
  const found = mergedFound(
    direct.filter(({ job }) => isWithin(job, { failed, from, until })),
    page.found,
  );
  const now = clock.now();
  const paused = await pausesFor(
    { pauses },
    found.map(({ job }) => job),
  );
  const body = {
    found: found.map(({ job, ...by }) => ({ ...by, job: summaryOf(job, now, paused) })),
    ...(page.next && { next_cursor: encodeCursor(page.next, list) }),
    ...(page.next && defined({ examined: page.examined, looked_back_to: page.examined && page.next.time })),
  };
  return { status: 200, body };
}

function isWithin(
  { status, created_at, finished_at = 0 }: Job,
  {
    failed,
    from = 0,
    until = Number.POSITIVE_INFINITY,
  }: { failed: boolean; from?: number | undefined; until?: number | undefined },
): boolean {
  const time = failed ? finished_at : created_at;
  return (!failed || status === "failed") && time >= from && time <= until;
}

/** Each job once, those that the text names first. */
function mergedFound(direct: readonly FoundJob[], byValue: readonly FoundJob[]): FoundJob[] {
  const valued = new Map(byValue.map((one) => [one.job.id, one]));
  const named = direct.map((one) => {
    const { fields = [], sealed } = valued.get(one.job.id) ?? {};
    return { ...one, fields, ...defined({ sealed }) };
  });
  const ids = new Set(named.map(({ job }) => job.id));
  return [...named, ...byValue.filter(({ job }) => !ids.has(job.id))];
}
