import type { ApiKey } from "../access/api-key.ts";
import {
  type AuditAction,
  type AuditCaller,
  type AuditChange,
  type AuditFields,
  differing,
} from "../access/audit-entry.ts";
import { roleOf } from "../access/roles.ts";
import type { Tenant } from "../access/tenants.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Incident, IncidentAction } from "../job/incident.ts";
import type { Job } from "../job/job.ts";
import type { Operation, Steering } from "../job/operation.ts";
import type { Pause } from "../job/pause.ts";
import { defined, pick } from "../kernel/defined.ts";
import type { Pin } from "../limits/limit-rule.ts";

/*
 * Which fields the audit shows, as they were and as they are: names, states, times and numbers, and never what callers send or providers
 * answer.
 */

const ofJobs = ({ status, due_at, attempt, pause_requested, definition, ending, repeat }: Job): AuditFields =>
  defined({
    ...{ status, due_at, attempt, pause_requested, definition, ending: ending?.cause },
    // Where occurrences begin to be counted follows from the change.
    repeat: repeat && (({ anchor: _, offset_ms: __, ...series }) => series)(repeat),
  });

const tenantOf = ({ product, env }: Tenant): Tenant => ({ product, env });

/** The change of one job. */
export const jobChange = (action: AuditAction, before: Job, after: Job): AuditChange => ({
  action,
  ...tenantOf(after),
  target: after.id,
  ...defined({ numbers: after.changes === undefined ? undefined : [after.changes] }),
  ...defined({ reason: after.reason === before.reason ? undefined : after.reason }),
  ...differing(ofJobs(before), ofJobs(after)),
});

/** The number of the deletion, which is the last change of a job. */
export const deletionNumber = ({ changes = 0 }: Pick<Job, "changes">): number => changes + 1;

export const jobDeletion = (job: Job): AuditChange => ({
  action: "job.delete",
  ...tenantOf(job),
  target: job.id,
  numbers: [deletionNumber(job)],
  before: pick(job, ["event", "status", "finished_at"]),
});

/** A decision on an approval: by a caller with a key, or by a recipient at the page that its message names. */
export const decisionChange = (
  job: Job,
  approval: string,
  { choice, note }: { choice: string; note?: string | undefined },
): AuditChange => ({
  action: "approval.decide",
  ...tenantOf(job),
  target: approval,
  jobs: [job.id],
  ...defined({ reason: note }),
  after: { choice },
});

/** An operation that begins. Which jobs it changes it says itself, and each of them, for 90 days. */
export const operationStart = (catalog: Pick<Catalog, "products">, operation: Operation): AuditChange => ({
  action: "operation.start",
  ...ofOperation(catalog, operation),
  ...defined({ reason: operation.reason }),
  after: {
    ...pick(operation, ["action", "rate_per_second", "canary", "expect", "start_at"]),
    // Of a value only whose it is: what callers send is not kept here.
    filter: { ...operation.filter, ...defined({ where: operation.where?.field }) },
  },
});

const ofOperation = ({ products }: Pick<Catalog, "products">, { id, product, envs }: Operation) => ({
  product,
  ...auditedEnvs(envs, products.find(({ tag }) => tag === product)?.envs ?? []),
  target: id,
});

/** What concerns several envs of a product is shown to those who reach one of them. */
function auditedEnvs([env, ...others]: readonly string[], all: readonly string[]): Pick<AuditChange, "env" | "envs"> {
  if (env === undefined || others.length === 0) return defined({ env });
  const own = [env, ...others];
  return all.length > 0 && all.every((one) => own.includes(one)) ? {} : { envs: own };
}

const ofOperations = ({ rate_per_second, paused, stop, actor }: Operation): AuditFields =>
  defined({ rate_per_second, paused: paused !== undefined, stopping: stop !== undefined, in_the_name_of: actor });

/** What a caller has asked of an operation that is under way. */
export const operationChange = (
  catalog: Pick<Catalog, "products">,
  asked: Steering["do"],
  before: Operation,
  after: Operation,
): AuditChange => ({
  action: `operation.${asked}`,
  ...ofOperation(catalog, after),
  ...differing(ofOperations(before), ofOperations(after)),
});

const ofPauses = (pause: Partial<Pause>): AuditFields =>
  pick(pause, ["event", "limit", "key", "reason", "until", "drain_per_second", "ended_at"]);

/** The beginning or the end of a pause. `before` is one that holds already. */
export const pauseChange = (
  action: "pause.start" | "pause.end",
  before: Pause | undefined,
  after: Pause,
): AuditChange => ({
  action,
  ...pick(after, ["product", "env"]),
  target: after.id,
  ...(action === "pause.start" && { reason: after.reason }),
  ...differing(before ? ofPauses(before) : {}, ofPauses(after)),
});

const ofIncidents = ({ state = "open", ignore }: Incident): AuditFields =>
  defined({ state, ignored: ignore && pick(ignore, ["until", "above_per_hour"]) });

export const incidentChange = (action: IncidentAction, before: Incident, after: Incident): AuditChange => ({
  action: `incident.${action.do}`,
  ...tenantOf(after),
  target: after.id,
  ...differing(ofIncidents(before), ofIncidents(after)),
});

const ofPins = (pin: Pin | undefined): AuditFields => (pin ? pick(pin, ["concurrency", "rate", "until"]) : {});

export const pinChange = (
  { product, env }: Tenant,
  limit: string,
  before: Pin | undefined,
  after: Pin | undefined,
): AuditChange => ({
  action: after ? "limit.pin" : "limit.unpin",
  product,
  env,
  target: limit,
  ...defined({ reason: after?.reason }),
  ...differing(ofPins(before), ofPins(after)),
});

/** The person to whom a key was given. */
export const keyCaller = ({ id, name, person, scopes }: ApiKey): AuditCaller => ({
  actor: `k:${id}`,
  name,
  scopes,
  ...defined({ person }),
});

/** A key that was made, with what it may do. */
export const keyCreation = (action: "key.create" | "person.sign_in", { id, scopes, ...key }: ApiKey): AuditChange => ({
  action,
  target: id,
  after: { ...pick(key, ["name", "expires_at", "rate"]), ...scopes, ...defined({ role: roleOf(scopes) }) },
});

export const keyRevocation = (action: "key.revoke" | "person.sign_out", { id, name }: ApiKey): AuditChange => ({
  action,
  target: id,
  before: { name, status: "active" },
  after: { name, status: "revoked" },
});
