import { type Catalog, ownValue } from "../catalog/catalog.ts";
import { sessionsOf } from "../catalog/sessions.ts";
import { takesExpressions } from "../expressions/request-input.ts";
import { sessionReferences } from "../expressions/session-references.ts";
import { keptSession } from "../job/kept-session.ts";
import { type Fault, TransientError, traceOf } from "../kernel/errors.ts";
import { isRecord } from "../kernel/json-values.ts";
import { invalidRequest, RequestError } from "../kernel/request-error.ts";
import type { Log } from "../ports/log.ts";
import { type Sessions, TokenRefused } from "../ports/sessions.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import type { SessionOfRequest } from "../requests/session-request.ts";

export interface Verifying {
  sessions: Sessions;
  log: Log;
}

/** What is needed to find all faults of a request. */
interface Refusing extends Verifying {
  catalog: Catalog;
}

const retryAfterSeconds = 5;

/**
 * A request whose token has been checked, with the claims that its job keeps in place of the token. Throws INVALID_REQUEST for a
 * token that is refused, and UNAVAILABLE if the keys of the session cannot be read for now.
 */
export async function withVerifiedSession(services: Verifying, request: AcceptedRequest): Promise<AcceptedRequest> {
  const { session, ...rest } = request;
  if (!session) return request;
  const claims = await claimsOf(services, request, session);
  return { ...rest, kept_session: keptSession(session.tag, claimNames(request), claims) };
}

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
    throw isRecord(body) && isRecord(body.session) ? await withFaultsOfToken(services, body, at, error) : error;
  }
}

/** The error of a refused request, with the faults of its token. A token that cannot be checked now has none. */
async function withFaultsOfToken(
  services: Refusing,
  body: Record<string, unknown>,
  at: number,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof RequestError) || error.code !== "INVALID_REQUEST") return error;
  const { product: name, product_tag = name, env, session } = body;
  const { tag, token } = (session ?? {}) as Record<string, unknown>;
  const product = services.catalog.products.find((one) => one.tag === product_tag);
  const isFaulty = error.faults.some(({ pointer }) => pointer.startsWith("/session/t"));
  if (!product || typeof env !== "string" || typeof tag !== "string" || typeof token !== "string" || isFaulty)
    return error;
  if (!ownValue(ownValue(sessionsOf(product), tag)?.envs ?? {}, env)) return error;
  error.faults = [...error.faults, ...(await sessionTokenFaults(services, { product, env }, { tag, token, at }))];
  return error;
}

async function sessionTokenFaults(
  services: Verifying,
  of: Pick<AcceptedRequest, "product" | "env">,
  session: SessionOfRequest,
): Promise<Fault[]> {
  try {
    await claimsOf(services, of, session);
    return [];
  } catch (error) {
    return error instanceof RequestError ? error.faults : [];
  }
}

async function claimsOf(
  { sessions, log }: Verifying,
  { product, env }: Pick<AcceptedRequest, "product" | "env">,
  { tag, token, at }: SessionOfRequest,
): Promise<Record<string, unknown>> {
  const settings = ownValue(ownValue(sessionsOf(product), tag)?.envs ?? {}, env);
  if (!settings)
    throw invalidRequest([{ pointer: "/session/tag", detail: "the session has no settings for this env" }]);
  try {
    return await sessions.claimsOf(settings, token, at);
  } catch (error) {
    if (error instanceof TokenRefused) throw invalidRequest([{ pointer: "/session/token", detail: error.message }]);
    if (!(error instanceof TransientError)) throw error;
    log.error("the token of a session could not be checked", {
      product: product.tag,
      env,
      session: tag,
      ...traceOf(error),
    });
    throw new RequestError("UNAVAILABLE", `The keys of session ${tag} cannot be read for now. Try again.`, {
      cause: error,
      retryAfterSeconds,
    });
  }
}

/** The claims to which the input of a request and the texts of its event refer. */
function claimNames({ input, definition, target, event }: AcceptedRequest): string[] {
  const templates = [takesExpressions({ event }) ? input : [], definition.texts?.(target) ?? []];
  return [...new Set(sessionReferences(templates).map(({ path }) => String(path[1])))];
}
