import { type AuditCaller, type AuditChange, auditEntryOf } from "../access/audit-entry.ts";
import { traceOf } from "../kernel/errors.ts";
import type { Audit } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

export interface Recording {
  audit: Pick<Audit, "put">;
  clock: Pick<Clock, "now">;
  log: Pick<Log, "error">;
}

/**
 * Writes down who has changed something. The change is made already and stays, so a failure is not the caller's: the log has then what the
 * audit lacks. A process that dies in between leaves neither; jobs, pauses and incidents say themselves whose their last change was.
 */
export async function recordChange(
  { audit, clock, log }: Recording,
  by: AuditCaller,
  change: AuditChange,
): Promise<void> {
  const entry = auditEntryOf(by, change, clock.now());
  try {
    await audit.put(entry);
  } catch (error) {
    const { id: audit_id, at, actor, action, target, product, env, jobs } = entry;
    log.error("a change could not be written to the audit", {
      ...{ audit_id, at, actor, action, target, product, env, jobs },
      ...traceOf(error),
    });
  }
}
