import type { AuditEntry } from "../access/audit-entry.ts";

/** A month of the entries of a product, or of those of the deployment, which have none. */
export interface AuditMonth {
  product?: string | undefined;
  /** `2030-01`, in UTC. */
  month: string;
}

/** A page of a month. */
export interface AuditPage {
  entries: AuditEntry[];
  /** Before which id the month goes on; absent at its end. A page may be short, or empty, although it does. */
  next?: string;
}

/** What callers have changed. */
export interface Audit {
  /** Writes an entry. An entry is never changed. */
  put(entry: AuditEntry): Promise<void>;
  /** The entries of a month before an id, the latest first. Reads consistently. */
  page(of: AuditMonth, query: { before: string; limit: number }): Promise<AuditPage>;
}
