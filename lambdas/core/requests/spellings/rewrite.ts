import type { Catalog } from "../../catalog/catalog.ts";
import type { Fault } from "../../kernel/errors.ts";
import { Draft, isRecord } from "./draft.ts";
import { rewriteEvent } from "./event.ts";
import { type Found, rewriteInput } from "./input.ts";
import { retryNames, rewriteRetries, usesTheirRetries } from "./retries.ts";
import { rewriteFlatSeries, rewriteRepeat, rewriteSchedule } from "./series.ts";

/*
 * Ductape's documentation has changed the request several times, and callers copy from every generation of it. This module
 * rewrites each documented spelling to the one that the schemas know, before a request is parsed. It stands in front of every way
 * in. A request in our own spelling passes unchanged, and whatever is not documented stays for the schemas to refuse.
 */

/** A request in our spelling. */
export interface Rewritten {
  request: unknown;
  /** What the rewriting itself found. Pointers are those of the caller's request. */
  faults: Fault[];
  /** The request as versions before 0.4 rewrote it, if that is another one. */
  earlier?: unknown;
  /** What a caller may want to know although the request is accepted. */
  notes: Fault[];
  /** Whether the caller wrote anything in another way. */
  isRewritten: boolean;
  /** The pointer in the caller's request that a pointer into `request` stands for. */
  placeOf: (pointer: string) => string;
}

/** Rewrites a request for a job. */
export function rewriteRequest(body: unknown, catalog: Catalog): Rewritten {
  const draft = new Draft(body);
  if (isRecord(body)) {
    draft.removeEmpty([], optional);
    const hasTheirRetries = usesTheirRetries(body);
    draft.rename([], { product: "product_tag", retryConfig: "retry_config" });
    // Ductape's callers write these empty in other ways too.
    for (const field of ["cache", "session"]) {
      if (draft.at(field) === "" || draft.at(field) === null) draft.remove([field]);
    }
    rewriteSchedule(draft);
    rewriteRepeat(draft);
    draft.rename(["retry_config"], retryNames);
    const found = rewriteEvent(draft, catalog);
    if (found) rewriteInput(draft, found);
    if (hasTheirRetries) return withTheirRetries(draft, body, found);
  }
  return rewritten(draft, body);
}

/** What earlier versions made of the request has the fingerprint that jobs were stored with. */
function withTheirRetries(draft: Draft, body: unknown, found: Found | undefined): Rewritten {
  const earlier = draft.value;
  rewriteRetries(draft, found);
  return { ...rewritten(draft, body), ...(draft.value !== earlier && { earlier }) };
}

/** Rewrites a request to reschedule a job. */
export function rewriteReschedule(body: unknown): Rewritten {
  const draft = new Draft(body);
  if (isRecord(body)) {
    draft.removeEmpty([], ["repeat", "schedule"]);
    rewriteSchedule(draft);
    rewriteFlatSeries(draft);
    rewriteRepeat(draft);
  }
  return rewritten(draft, body);
}

/** The product that a request names, which decides about access to it. */
export const productOf = (body: unknown): unknown => (isRecord(body) ? (body.product_tag ?? body.product) : undefined);

const rewritten = (draft: Draft, body: unknown): Rewritten => ({
  request: draft.value,
  faults: draft.faults,
  notes: draft.notes,
  isRewritten: draft.value !== body,
  placeOf: (pointer) => draft.placeOf(pointer),
});

const optional = [
  ...["app", "retries", "retryConfig", "retry_config", "repeat", "schedule", "cache", "session"],
  ...["expires_at", "timeout_ms", "labels", "priority", "fairness_key", "idempotency_key", "start_at"],
];
