import type { AcceptedRequest } from "../requests/request.ts";
import { isRecord } from "../requests/spellings/draft.ts";
import { type Refusing, refused, type Verifying, withVerifiedSession } from "./verify-session.ts";

/** The request with the claims of its session, after its token was checked. Throws as `withVerifiedSession` does. */
export const verified = async (services: Verifying, request: AcceptedRequest): Promise<AcceptedRequest> =>
  request.session ? withVerifiedSession(services, request) : request;

/**
 * What `parse` returns. If it throws the faults of a request with a session, those of its token are added, so that a caller is
 * told all at once.
 */
export async function withTokenFaults<Parsed>(
  services: Refusing,
  body: unknown,
  at: number,
  parse: () => Parsed,
): Promise<Parsed> {
  try {
    return parse();
  } catch (error) {
    throw isRecord(body) && isRecord(body.session) ? await refused(services, body, at, error) : error;
  }
}
