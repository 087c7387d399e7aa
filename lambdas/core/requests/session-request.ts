import * as z from "zod";
import type { CatalogEvent } from "../catalog/catalog.ts";
import { sessionsOf } from "../catalog/sessions.ts";
import { sessionReferences } from "../expressions/session-references.ts";
import type { Fault } from "../kernel/errors.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { didYouMean, strict } from "../kernel/schema.ts";

export const SessionRequest = strict({
  tag: z.string().min(1).max(requestLimits.name).describe("The session's name in the catalog."),
  token: z
    .string()
    .min(1)
    .max(requestLimits.sessionToken)
    .describe("The JWT, of at most 8192 characters. It is checked, and never stored or shown."),
}).describe("A token of one of the product's sessions.");
export type SessionRequest = z.infer<typeof SessionRequest>;

/** The session of a request, and the time at which it was made, which the token must be valid at: epoch milliseconds. */
export interface SessionOfRequest extends SessionRequest {
  at: number;
}

type SessionEvent = Pick<CatalogEvent, "product" | "definition" | "target" | "event">;

/** The faults of a request's session against the catalog. The token is checked once everything else is right. */
export function sessionFaults(session: SessionRequest | undefined, found: SessionEvent): Fault[] {
  const sessions = sessionsOf(found.product);
  if (session && !Object.hasOwn(sessions, session.tag)) {
    return [{ pointer: "/session/tag", detail: unknown(session.tag, Object.keys(sessions)) }];
  }
  const needed = neededBy(found).find((tag) => tag !== session?.tag);
  if (needed === undefined) return [];
  return session
    ? [{ pointer: "/session/tag", detail: `must be "${needed}", to whose claims the event's texts refer` }]
    : [{ pointer: "/session", detail: `is required: the event's texts refer to claims of the session "${needed}"` }];
}

const unknown = (tag: string, known: string[]) =>
  known.length === 0 ? "the product has no sessions" : `the product has no such session.${didYouMean(tag, known)}`;

/** The sessions to which the texts of the event's target refer: one, or else the catalog is refused. */
const neededBy = ({ product, definition, target }: SessionEvent): string[] =>
  product.sessions === undefined || !definition.texts || target === undefined
    ? []
    : sessionReferences(definition.texts(target)).map(({ path }) => String(path[0]));
