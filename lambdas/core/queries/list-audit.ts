import type * as z from "zod";
import { type AuditEntry, firstAuditId, timeOfAuditId } from "../access/audit-entry.ts";
import { hasAccess, type Scopes } from "../access/scopes.ts";
import { monthOf } from "../job/spending.ts";
import { defined, pick } from "../kernel/defined.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import type { Audit } from "../ports/audit.ts";
import { actorId } from "./actor-view.ts";
import type { AuditEntrySchema } from "./schemas/audit.ts";

/** The most entries that one page of the list looks at, however few match. */
export const examinedAtMost = 1000;
/** About how many times it reads. Each product needs one read for each month. */
export const readsAtMost = 200;
const largestRead = 100;

interface AuditQuery {
  /** Whose entries are read: those of products, and with undefined those of the deployment. */
  products: readonly (string | undefined)[];
  /** Epoch milliseconds, inclusive. */
  from: number;
  /** The id before which the list goes on: of an entry, or the first one of a time. */
  before: string;
  limit: number;
  passes: (entry: AuditEntry) => boolean;
}

interface ListedAudit {
  entries: AuditEntry[];
  /** Before which id the list goes on; absent at its end. */
  next?: string;
  /** How many entries were looked at, of a page that is short although the list goes on. */
  examined?: number;
}

/**
 * A page of what callers have changed, the latest first. It goes back month by month, and merges what the products have of a month: one
 * without any costs a read for each product. A page that has looked at enough ends, and says how far it has come.
 */
export async function listAudit(
  audit: Pick<Audit, "page">,
  { products, from, before, limit, passes }: AuditQuery,
): Promise<ListedAudit> {
  const entries: AuditEntry[] = [];
  let [examined, reads] = [0, 0];
  /** Everything from this id on was looked at. */
  let seen = before;
  for (const start of monthsBack(from, timeOfAuditId(before))) {
    if (reads > 0 && reads + products.length > readsAtMost) return { entries, next: seen, examined };
    const pageOf = (product: string | undefined) => (at: string) => {
      reads++;
      return audit.page({ product, month: monthOf(start) }, { before: at, limit: Math.min(largestRead, limit + 1) });
    };
    const streams = products.map((product) => auditEntries(pageOf(product), before));
    for await (const entry of latestFirst(streams)) {
      if (entry.at < from) return { entries };
      if (examined >= examinedAtMost) return { entries, next: seen, examined };
      if (passes(entry) && entries.push(entry) > limit) return { entries: entries.slice(0, limit), next: seen };
      examined++;
      seen = entry.id;
    }
    seen = firstAuditId(start);
  }
  return { entries };
}

/** The beginnings of the months between two times, the latest first. */
function* monthsBack(from: number, to: number): Generator<number> {
  const startOf = (at: number) => Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth());
  for (let start = startOf(to); start >= startOf(from); start = startOf(start - 1)) yield start;
}

/** The entries of one product and month, read as they are wanted. */
async function* auditEntries(page: (before: string) => ReturnType<Audit["page"]>, before: string) {
  for (let at: string | undefined = before; at !== undefined; ) {
    const { entries, next }: Awaited<ReturnType<Audit["page"]>> = await page(at);
    yield* entries;
    at = next;
  }
}

/** Merges sorted streams. */
async function* latestFirst(streams: readonly AsyncGenerator<AuditEntry, void>[]): AsyncGenerator<AuditEntry> {
  const heads = await inParallel(readsAtOnce, streams, (stream) => stream.next());
  for (;;) {
    let latest: number | undefined;
    for (const [i, { value }] of heads.entries())
      if (value && (latest === undefined || value.id > (heads[latest]?.value?.id ?? ""))) latest = i;
    const entry = latest === undefined ? undefined : heads[latest]?.value;
    if (latest === undefined || !entry) return;
    yield entry;
    heads[latest] = await (streams[latest] as (typeof streams)[number]).next();
  }
}

/** What a caller asks for. Absent: everything. */
interface AuditFilter {
  env?: string | undefined;
  action?: readonly string[] | undefined;
  actor?: string | undefined;
  target?: string | undefined;
}

/** Whether an entry is asked for, and one that these scopes show. One of every env of a product concerns each of them. */
export const auditFilter =
  (scopes: Scopes, { env, action, actor, target }: AuditFilter) =>
  (entry: AuditEntry): boolean =>
    entryEnvs(entry).some(
      (one) => hasAccess(scopes, { product: entry.product, env: one }) && (env === undefined || (one ?? env) === env),
    ) &&
    (action === undefined || action.includes(entry.action)) &&
    (actor === undefined || actorNames(entry).includes(actor)) &&
    (target === undefined || target === entry.target || (entry.jobs ?? []).includes(target));

/** The envs that an entry concerns; undefined stands for each. */
const entryEnvs = ({ env, envs }: AuditEntry): readonly (string | undefined)[] => envs ?? [env];

/** All by which a caller is known. */
const actorNames = ({ actor, name, person }: AuditEntry): (string | undefined)[] => [
  ...[actor, actorId(actor), name],
  ...[person?.email, person?.name, person?.sub],
];

/** Whether a key sees what belongs to no product: keys, and who has signed in and out. */
export const seesDeployment = ({ products, envs }: Scopes): boolean => products.includes("*") && envs.includes("*");

const kinds: Readonly<Record<string, "key" | "identity" | "recipient">> = { k: "key", i: "identity", r: "recipient" };

export function auditEntryView(entry: AuditEntry): z.infer<typeof AuditEntrySchema> {
  const { actor, name, person, product, envs, jobs, numbers, before, after } = entry;
  const [kind = ""] = actor.split(":");
  const id = actorId(actor);
  return {
    ...pick(entry, ["id", "at", "action", "target", "env", "reason", "role", "request_id"]),
    ...defined({ product_tag: product, envs: envs && [...envs], verbs: entry.verbs && [...entry.verbs] }),
    actor: { kind: kinds[kind] ?? "other", ...(id !== "" && { id }), ...defined({ name, person }) },
    ...defined({ jobs: jobs && [...jobs], numbers: numbers && [...numbers] }),
    ...defined({ before: notEmpty(before), after: notEmpty(after) }),
  };
}

const notEmpty = (fields: AuditEntry["before"]): Record<string, unknown> | undefined =>
  fields && Object.keys(fields).length > 0 ? { ...fields } : undefined;
