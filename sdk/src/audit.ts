import type { AuditAction, AuditEntry, AuditPage } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords } from "./defaults.ts";
import type { CallOptions } from "./jobs.ts";
import { type Pages, pagesOf } from "./pages.ts";
import type { Transport } from "./transport.ts";

export type AuditPages = Pages<AuditEntry, AuditPage>;

/** Selects changes. Without a product and a default, those of all that the key has access to. */
export type AuditQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /**
   * What was done: one action, or several separated by commas.
   * @default any
   * @example `"job.cancel"`
   */
  action?: AuditAction | `${AuditAction},${string}` | undefined;
  /**
   * Who it was, to the letter: the id or the name of a key, the id of an IAM identity, or the address, the name or the `sub` of a person.
   * @default anybody
   * @example `"ada@example.com"`
   */
  actor?: string | undefined;
  /**
   * What was changed: its id or name, or the id of a job that a bulk change has changed.
   * @default anything
   * @example `"job_0197a0c41f6e7d3a8b5c2d9e0f1a2b3c"`
   */
  target?: string | undefined;
  /**
   * Changes from this time on: Unix time, or an RFC 3339 time with an offset.
   * @default as long ago as entries are kept
   * @example `"2030-01-31T00:00:00Z"`
   */
  from?: number | string | Date | undefined;
  /**
   * Changes before this time.
   * @default now
   * @example `"2030-02-01T00:00:00Z"`
   */
  to?: number | string | Date | undefined;
  /**
   * How many changes a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
};

/** Who has changed what. */
export interface AuditTrail<C extends Catalog = Catalog> {
  /**
   * The changes of callers, the latest first: all of them with `for await`, the first page with `await`, or a page at a time with `page`.
   * A page of a narrow filter may be short, or empty, although more follow. The key needs `audit:read`.
   *
   * @example
   * for await (const { at, actor, action, target } of ductape.audit.list({ action: "job.cancel" })) console.log(at, actor.name, action, target);
   */
  list(query?: AuditQuery<C>, options?: CallOptions): AuditPages;
}

export function createAudit(transport: Transport, defaults: () => Defaults): AuditTrail {
  return {
    list: (query = {}, { signal } = {}) =>
      pagesOf<AuditEntry, AuditPage>(transport, "entries", () => ({
        path: "/v1/audit",
        query: inOurWords(query, defaults()),
        signal,
      })),
  };
}
