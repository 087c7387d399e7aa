import type { AuditAction, AuditEntry } from "../../../../sdk/src/index.ts";

/** What callers do, as the filter and the list name it, in the order of the filter. */
export const actionNames: Readonly<Record<AuditAction, string>> = {
  "job.cancel": "Job cancelled",
  "job.pause": "Series paused",
  "job.resume": "Series resumed",
  "job.reschedule": "Job rescheduled",
  "job.retry": "Job retried",
  "job.migrate": "Run moved to the present catalog",
  "job.run_now": "Job run now",
  "job.skip_next": "Run skipped",
  "job.delete": "Job deleted",
  "bulk.cancel": "Jobs cancelled in bulk",
  "bulk.pause": "Series paused in bulk",
  "bulk.resume": "Series resumed in bulk",
  "bulk.retry": "Jobs retried in bulk",
  "bulk.delete": "Jobs deleted in bulk",
  "operation.start": "Operation started",
  "operation.pause": "Operation paused",
  "operation.continue": "Operation continued",
  "operation.stop": "Operation stopped",
  "operation.rate": "Rate of an operation changed",
  "signal.send": "Signal sent",
  "approval.decide": "Approval decided",
  "incident.resolve": "Incident resolved",
  "incident.ignore": "Incident ignored",
  "incident.reopen": "Incident reopened",
  "pause.start": "Pause started",
  "pause.end": "Pause ended",
  "limit.pin": "Limit pinned",
  "limit.unpin": "Limit unpinned",
  "cache.clear": "Results forgotten",
  "webhook.enable": "Webhook enabled",
  "webhook.resend": "Webhook sent again",
  "hook.replay": "Delivery of a hook replayed",
  "key.create": "Key made",
  "key.revoke": "Key revoked",
  "person.sign_in": "Signed in",
  "person.sign_out": "Signed out",
};

/** One of a later version is shown by its own name. */
export const actionName = (action: string): string =>
  Object.hasOwn(actionNames, action) ? actionNames[action as AuditAction] : action;

/** Who it was, for people. */
export function whoOf({ actor: { kind, id, name, person } }: AuditEntry): string {
  if (person) return person.email ?? person.name ?? name ?? person.sub;
  if (name !== undefined) return name;
  if (id === "deployed") return "the key of the deployment";
  return id ?? (kind === "identity" ? "an unknown AWS identity" : "unknown");
}

/** What else is known of who it was. */
export function aboutActor({ actor: { kind, id }, role }: AuditEntry): string {
  const kinds = { key: "key", identity: "AWS identity", recipient: "asked by message", other: "other" };
  // One of a later version is shown by its own name.
  const named = kind === "key" && id !== undefined && id !== "deployed" ? `key ${id}` : (kinds[kind] ?? kind);
  return role === undefined ? named : `${named}, ${role}`;
}

interface ChangedField {
  field: string;
  before: unknown;
  after: unknown;
}

/** The listed fields that differ. */
export const changedFields = ({ before = {}, after = {} }: AuditEntry): ChangedField[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].map((field) => ({
    field,
    before: before[field],
    after: after[field],
  }));

/** Fields that hold a time, in epoch milliseconds. */
export const isTime = (field: string, value: unknown): value is number =>
  typeof value === "number" && (field.endsWith("_at") || field === "until");

const jobId = /^job_[0-9a-f]{32}$/;
export const isJobId = (target: string): boolean => jobId.test(target);

const operationId = /^op_[0-9a-f]{16}$/;
export const isOperationId = (target: string): boolean => operationId.test(target);
