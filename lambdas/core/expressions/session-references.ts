import type { Product } from "../catalog/job-type.ts";
import { sessionsOf } from "../catalog/sessions.ts";
import { didYouMean } from "../kernel/schema.ts";
import type { ValueReference } from "./expression.ts";
import { templateFaults } from "./template-faults.ts";

/** The references to claims in templates. A text that does not parse has its own fault. */
export function sessionReferences(templates: unknown): ValueReference[] {
  const found: ValueReference[] = [];
  templateFaults(templates, [], (reference) => {
    if (reference.root === "Session") found.push(reference);
    return [];
  });
  return found;
}

/** What is wrong with a reference to a claim, whatever session a request has. */
export function claimFaults({ path: [tag, claim] }: ValueReference, product: Product): string[] {
  const sessions = sessionsOf(product);
  if (tag === undefined || claim === undefined) return ["a name is missing: $Session{tag}{claim}"];
  const session = Object.hasOwn(sessions, tag) ? sessions[tag] : undefined;
  if (!session) return [`the product has no such session.${didYouMean(tag, Object.keys(sessions))}`];
  if (!session.claims || session.claims.includes(claim)) return [];
  return [`the session has no such claim.${didYouMean(claim, session.claims)}`];
}

/** The same for the session that a request has, if any. */
export function requestClaimFaults(reference: ValueReference, product: Product, tag: string | undefined): string[] {
  const faults = claimFaults(reference, product);
  if (faults.length > 0) return faults;
  if (tag === undefined) return ["needs a session: give the request `session: {tag, token}`"];
  return reference.path[0] === tag ? [] : ["refers to another session than that of the request"];
}
