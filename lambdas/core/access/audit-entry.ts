import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { Actor } from "../job/actor.ts";
import { defined } from "../kernel/defined.ts";
import { firstIdOf, timeOfId } from "../kernel/timed-id.ts";
import { Person } from "./api-key.ts";
import { callerOf } from "./calling-actor.ts";
import { roleOf } from "./roles.ts";
import { type Scopes, verbsOf } from "./scopes.ts";

/*
 * The audit: what callers have changed, and who it was. An entry is written once, right after the change that it is about.
 */

/** What callers do, by the name that entries have for it. */
export const auditActions = [
  "job.cancel",
  "job.pause",
  "job.resume",
  "job.reschedule",
  "job.retry",
  "job.migrate",
  "job.run_now",
  "job.skip_next",
  "job.delete",
  "bulk.cancel",
  "bulk.pause",
  "bulk.resume",
  "bulk.retry",
  "bulk.delete",
  "operation.start",
  "operation.pause",
  "operation.continue",
  "operation.stop",
  "operation.rate",
  "signal.send",
  "approval.decide",
  "incident.resolve",
  "incident.ignore",
  "incident.reopen",
  "pause.start",
  "pause.end",
  "limit.pin",
  "limit.unpin",
  "cache.clear",
  "webhook.enable",
  "webhook.resend",
  "hook.replay",
  "key.create",
  "key.revoke",
  "person.sign_in",
  "person.sign_out",
] as const;
export type AuditAction = (typeof auditActions)[number];

/**
 * Who has changed something: a key, an identity of AWS, or the recipient of an approval, who has no key and is known by the address of the
 * message that asked.
 */
export type AuditActor = Extract<Actor, `k:${string}` | `i:${string}`> | `r:${string}`;

/** What is known of who asks for a change. */
export interface AuditCaller {
  actor: AuditActor;
  name?: string;
  person?: Person;
  scopes?: Scopes;
  request_id?: string;
}

/** Fields of what was changed. Never an input, a result, a payload or a secret. */
export type AuditFields = Readonly<Record<string, unknown>>;

/** A change that was made. */
export interface AuditChange {
  action: AuditAction;
  /** Absent: it concerns the deployment, as keys do. */
  product?: string;
  /** Absent: every env of the product, or `envs`. */
  env?: string;
  /** Several envs of the product, and not all. A version that does not know this takes it for all of them. */
  envs?: readonly string[];
  /** The id or the name of what was changed. */
  target: string;
  /** The ids of the jobs of a bulk change. */
  jobs?: readonly string[];
  /** Which change of a caller it is of each of these jobs, or of the one that is `target`: from 1 on, without a gap. */
  numbers?: readonly number[];
  reason?: string;
  /** The listed fields that differ: as they were, and as they are. */
  before?: AuditFields;
  after?: AuditFields;
}

const Fields = z.record(z.string(), z.unknown());

/** A stored entry, as every version has written it and with what a later one adds left out. */
const StoredEntry = z.object({
  id: z.string(),
  at: z.int(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  product: z.string().exactOptional(),
  env: z.string().exactOptional(),
  envs: z.array(z.string()).exactOptional(),
  name: z.string().exactOptional(),
  person: Person.exactOptional(),
  role: z.string().exactOptional(),
  verbs: z.array(z.string()).exactOptional(),
  jobs: z.array(z.string()).exactOptional(),
  numbers: z.array(z.int()).exactOptional(),
  reason: z.string().exactOptional(),
  before: Fields.exactOptional(),
  after: Fields.exactOptional(),
  request_id: z.string().exactOptional(),
});

/** All times are epoch milliseconds. */
export interface AuditEntry extends Omit<AuditChange, "action"> {
  /** Ids sort by time. */
  id: string;
  at: number;
  /** One of `AuditActor`, or one of a later version. */
  actor: string;
  /** One of `auditActions`, or one of a later version. */
  action: string;
  /** The name of the key, which is kept here since keys are forgotten. */
  name?: string;
  person?: Person;
  /** What the caller might do: a role, or the verbs of another set. Absent for who has no key. */
  role?: string;
  verbs?: readonly string[];
  request_id?: string;
}

/** Reads a stored entry; undefined for what is none. */
export const auditEntryIn = (value: unknown): AuditEntry | undefined => {
  const { success, data } = StoredEntry.safeParse(value);
  return success ? (defined(data) as AuditEntry) : undefined;
};

/** The first id of a time, and of all later ones: every id of an earlier time sorts before it. */
export const firstAuditId = (at: number): string => firstIdOf("aud_", at);

/** For how many days entries are kept: what a deployment sets, and what those of the command `keys` have, which knows no settings. */
export const defaultAuditDays = 400;

/** An id of an entry, or the first one of a time. */
export const auditIdPattern = /^aud_[0-9a-f]{12}([0-9a-f]{20})?$/;

/** The time of such an id, epoch milliseconds. */
export const timeOfAuditId = (id: string): number => timeOfId("aud_", id);

/** The entry of a change that was made now. */
export function auditEntryOf({ scopes, ...by }: AuditCaller, change: AuditChange, now: number): AuditEntry {
  const role = scopes && roleOf(scopes);
  const might = { role, verbs: scopes && role === undefined ? verbsOf(scopes) : undefined };
  return { id: `${firstAuditId(now)}${randomBytes(10).toString("hex")}`, at: now, ...by, ...change, ...defined(might) };
}

interface CallingRequest {
  id: string;
  caller: string;
  name?: string;
  person?: Person;
  scopes: Scopes;
}

/** The caller of a request over HTTP. */
export function auditCallerOf({ id, person, scopes, ...request }: CallingRequest): AuditCaller {
  const { actor, name } = callerOf(request);
  return { actor: actor as AuditActor, scopes, request_id: id, ...defined({ name, person }) };
}

/** The fields that differ. Undefined ones count as absent. */
export function differing(before: AuditFields, after: AuditFields): Pick<AuditChange, "before" | "after"> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const of = (fields: AuditFields) => defined(Object.fromEntries(changed.map((name) => [name, fields[name]])));
  return { before: of(before), after: of(after) };
}
