import { type AuditEntry, auditEntryIn } from "../../../lambdas/core/access/audit-entry.ts";
import { monthOf } from "../../../lambdas/core/job/spending.ts";
import { canonicalJson } from "../../../lambdas/core/kernel/canonical-json.ts";
import type { Audit } from "../../../lambdas/core/ports/audit.ts";

/** An audit in memory. */
export function fakeAudit(): Audit & { all(): AuditEntry[] } {
  const texts: string[] = [];
  const all = () =>
    texts
      .map((text) => auditEntryIn(JSON.parse(text)) as AuditEntry)
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  return {
    all,

    async put(entry) {
      texts.push(canonicalJson(entry));
    },

    async page({ product, month }, { before, limit }) {
      const own = all()
        .filter((entry) => entry.product === product && monthOf(entry.at) === month && entry.id < before)
        .reverse();
      const entries = own.slice(0, limit);
      // As DynamoDB has it: a page that is full may be the last.
      const next = entries.length === limit ? entries.at(-1)?.id : undefined;
      return { entries, ...(next !== undefined && { next }) };
    },
  };
}
