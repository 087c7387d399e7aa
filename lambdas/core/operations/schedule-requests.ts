import { type Catalog, ownValue } from "../catalog/catalog.ts";
import { sessionsOf } from "../catalog/sessions.ts";
import { takesExpressions } from "../expressions/request-input.ts";
import { sessionReferences } from "../expressions/session-references.ts";
import type { Job } from "../job/job.ts";
import { keptSession } from "../job/kept-session.ts";
import type { SharedKey } from "../job/shared-key.ts";
import { type Fault, TransientError, traceOf } from "../kernel/errors.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import { isRecord } from "../kernel/json-values.ts";
import { invalidRequest, RequestError } from "../kernel/request-error.ts";
import type { Log } from "../ports/log.ts";
import { refusedBy } from "../ports/refused.ts";
import { type Sessions, TokenRefused } from "../ports/sessions.ts";
import { type AcceptedRequest, parseRequest } from "../requests/request.ts";
import type { SessionOfRequest } from "../requests/session-request.ts";
import { dispatchMany } from "./dispatch.ts";
import { hasFreshId, prepareJob, recordJob, scheduleJob, throwUnrecorded, undispatched } from "./schedule-job.ts";
import { type SharedOutcome, type SharedScheduling, scheduleShared } from "./schedule-shared.ts";

interface Verifying {
  sessions: Sessions;
  log: Log;
}

/** What reads the requests of callers, who may bring a session. */
interface Admitting extends Verifying {
  catalog: Catalog;
}

/** How a request came, and what its job keeps of that, unless the request itself says otherwise. */
interface Came extends Pick<AcceptedRequest, "request_id" | "trace" | "made_by" | "made_by_name"> {
  /** Epoch milliseconds. */
  at: number;
  /** The idempotency key that came beside the request. */
  key?: string | undefined;
}

/** Parses a request of a caller, as `parseRequest` does. What it throws has the faults of the session's token too. */
export async function admitRequest(
  services: Admitting,
  body: unknown,
  { at, key, ...kept }: Came,
): Promise<AcceptedRequest> {
  const parsed = await withTokenFaults(services, body, at, () => parseRequest(body, services.catalog, at, key));
  return { ...kept, ...parsed };
}

const retryAfterSeconds = 5;

/**
 * A request whose token has been checked, with the claims that its job keeps in place of the token. Throws INVALID_REQUEST for a
 * token that is refused, and UNAVAILABLE if the keys of the session cannot be read for now.
 */
export async function withVerifiedSession(services: Verifying, request: AcceptedRequest): Promise<AcceptedRequest> {
  const { session, ...rest } = request;
  if (!session) return request;
  const claims = await verifiedClaims(services, request, session);
  return { ...rest, kept_session: keptSession(session.tag, claimNames(request), claims) };
}

/**
 * What `parse` returns. If it throws the faults of a request with a session, those of its token are added, so that a caller is
 * told all at once.
 */
export async function withTokenFaults<Parsed>(
  services: Admitting,
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
  services: Admitting,
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
    await verifiedClaims(services, of, session);
    return [];
  } catch (error) {
    return error instanceof RequestError ? error.faults : [];
  }
}

async function verifiedClaims(
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

/** Names the job that a request shares with others. The requests of one key have to be handled in their order. */
export const sharedKeyOf = ({ product, env, tag, debounce, unique }: AcceptedRequest): SharedKey | undefined => {
  const of = { product: product.tag, env, event: tag };
  if (debounce) return { ...of, kind: "debounce", key: debounce.key };
  return unique && { ...of, kind: "unique", key: unique.key };
};

/** What schedules the requests of callers. */
interface CallerScheduling extends SharedScheduling, Verifying {}

/** Schedules any request as `scheduleJob` does, also one that shares its job with others, once the token of its session is checked. */
export async function scheduleRequest(services: CallerScheduling, asked: AcceptedRequest): Promise<SharedOutcome> {
  const request = await withVerifiedSession(services, asked);
  const key = sharedKeyOf(request);
  if (key === undefined) return { job: await scheduleJob(services, request) };
  return scheduleShared(services, request, key);
}

/** The outcome of one request of a batch. `error` is what `scheduleRequest` would have thrown. */
export type Scheduled = SharedOutcome | { error: unknown };

/** How many calls are under way at a time where AWS has no batch call. */
const atOnce = 10;

interface Pending {
  index: number;
  request: AcceptedRequest;
  job: Job;
}

/**
 * `scheduleRequest` for many requests, with as few calls as AWS allows. Each request is accepted or refused by itself. The outcomes
 * are in the order of the requests.
 */
export async function scheduleJobs(
  services: CallerScheduling,
  requests: readonly AcceptedRequest[],
): Promise<Scheduled[]> {
  const outcomes: Scheduled[] = [];
  /** Does one step for all items. An error is the outcome of its request only; the other items continue. */
  const step = async <T extends { index: number }, R>(
    items: readonly T[],
    work: (item: T) => Promise<R | undefined>,
  ) => {
    const left = await inParallel(atOnce, items, async (item) => {
      try {
        return await work(item);
      } catch (error) {
        outcomes[item.index] = { error };
        return undefined;
      }
    });
    return left.filter((item) => item !== undefined);
  };

  const all = [...requests.entries()].map(([index, request]) => ({ index, request, key: sharedKeyOf(request) }));
  const numbered = all.filter(({ key }) => key === undefined);
  // Those of one key follow each other, so that the last one is the last one of the batch.
  const sharing = Map.groupBy(
    all.filter(({ key }) => key !== undefined),
    ({ key }) => JSON.stringify(key),
  );
  await inParallel(atOnce, [...sharing.values()], async (ofKey) => {
    for (const { index, request } of ofKey)
      outcomes[index] = await scheduleRequest(services, request).catch((error: unknown) => ({ error }));
  });
  const prepared = await step(numbered, async ({ index, request: asked }): Promise<Pending> => {
    const request = await withVerifiedSession(services, asked);
    return { index, request, job: await prepareJob(services, request) };
  });

  const fresh = prepared.filter(({ request }) => hasFreshId(request));
  const unstored = await refusedBy(fresh.length, () => services.jobs.createMany(fresh.map(({ job }) => job)));
  const refused = refusalCauses(unstored, fresh);
  const stored = await step(fresh, async (item) =>
    refused.has(item) ? await throwUnrecorded(services, item.job, refused.get(item)) : item,
  );
  const named = prepared.filter(({ request }) => !hasFreshId(request));
  const recorded = await step(named, async (item): Promise<Pending | undefined> => {
    const { job, isNew } = await recordJob(services, item.job, item.request);
    if (isNew) return item;
    outcomes[item.index] = { job };
    return undefined;
  });

  const waiting = [...stored, ...recorded];
  const lost = refusalCauses(
    await dispatchMany(
      services,
      waiting.map(({ job }) => job),
    ),
    waiting,
  );
  await step(waiting, async (item) => {
    if (lost.has(item)) await undispatched(services, item.job, lost.get(item));
    outcomes[item.index] = { job: item.job };
    return undefined;
  });
  return outcomes;
}

const refusalCauses = (
  refused: { index: number; cause: unknown }[],
  items: readonly Pending[],
): Map<Pending, unknown> => new Map(refused.map(({ index, cause }) => [items[index] as Pending, cause]));
