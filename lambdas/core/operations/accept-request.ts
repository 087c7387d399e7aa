import { own } from "../catalog/catalog.ts";
import { sessionsOf } from "../catalog/sessions.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { RequestError } from "../requests/request-error.ts";
import { lazy } from "../schema/lazy.ts";
import type { SchedulingServices } from "./services.ts";
import type { Verifying } from "./verify-session.ts";

/** Few requests have a session. */
const loadVerifying = lazy(() => import("./verify-session.ts"));

/** The request with the claims of its session, after its token was checked. Throws as `withVerifiedSession` does. */
export const verified = async (services: Verifying, request: AcceptedRequest): Promise<AcceptedRequest> =>
  request.session ? (await loadVerifying()).withVerifiedSession(services, request) : request;

/**
 * What `parse` answers. If it throws the faults of a request with a session, those of its token are added, so that a caller is
 * told all at once.
 */
export async function withTokenFaults<Parsed>(
  services: Pick<SchedulingServices, "sessions" | "log" | "catalog">,
  body: unknown,
  at: number,
  parse: () => Parsed,
): Promise<Parsed> {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== "INVALID_REQUEST") throw error;
    const { product: name, product_tag = name, env, session } = (body ?? {}) as Record<string, unknown>;
    const { tag, token } = (session ?? {}) as Record<string, unknown>;
    const product = services.catalog.products.find((one) => one.tag === product_tag);
    const isKnown = product && typeof env === "string" && own(own(sessionsOf(product), String(tag))?.envs ?? {}, env);
    const isAsked = typeof token === "string" && !error.faults.some(({ pointer }) => pointer.startsWith("/session/t"));
    if (!isKnown || !isAsked) throw error;
    const asked = { tag: String(tag), token, at };
    const more = await (await loadVerifying()).tokenFaults(services, { product, env }, asked);
    throw error.withFaults([...error.faults, ...more]);
  }
}
