import { requireScope, type Scopes, type Verb } from "../access/scopes.ts";
import { tenantsOf } from "../access/tenants.ts";
import type { Caller } from "../job/actor.ts";
import { fingerprint } from "../job/job-id.ts";
import {
  isOver,
  type Operation,
  type OperationAction,
  type OperationMessage,
  type OperationValue,
  operationIdOf,
  operationLimits,
  operationMessageOf,
  type Steering,
  steered,
} from "../job/operation.ts";
import { defined } from "../kernel/defined.ts";
import { durationMs } from "../kernel/duration-ms.ts";
import { TransientError, traceOf } from "../kernel/errors.ts";
import { invalidRequest, RequestError } from "../kernel/request-error.ts";
import { dueAt, farthestAheadMs } from "../kernel/start-time.ts";
import type { MessageQueue } from "../ports/job-queue.ts";
import type { Operations } from "../ports/operations.ts";
import { filterConditions } from "../requests/bulk-request.ts";
import { type OperationRequest, operable } from "../requests/operation-request.ts";
import { namedPlaces, seekIn } from "./search-places.ts";
import type { Services } from "./services.ts";

interface Beginning extends Pick<Services, "catalog" | "jobs" | "clock" | "log" | "seals"> {
  operations: Operations;
  turns: MessageQueue<OperationMessage>;
}

const rounds = 10;

/** The verb that a caller needs, as for a change of one job. */
export const verbOf = (action: OperationAction): Verb => (action === "count" ? "jobs:read" : "jobs:write");

export const operationNotFound = () =>
  new RequestError(
    "OPERATION_NOT_FOUND",
    "There is no operation with this id. One is forgotten 90 days after its end.",
  );

/**
 * Records an operation, says so to `onBegun`, and lets it begin. One that was asked for with the same idempotency key is found again. Throws a RequestError:
 * STATE_CONFLICT where the product has as many as may be open, IDEMPOTENCY_MISMATCH, and what the catalog or the key lacks.
 */
export async function beginOperation(
  services: Beginning,
  request: OperationRequest,
  { scopes, caller, key = request.idempotency_key }: { scopes: Scopes; caller: Caller; key?: string | undefined },
  onBegun: (operation: Operation) => Promise<void> = async () => {},
): Promise<Operation> {
  const wanted = await wantedOperation(services, request, { scopes, caller, key });
  const known = await services.operations.get(wanted.id);
  if (known) return sameAs(known, wanted);
  const slot = await freeOperationSlot(services, wanted);
  const operation = { ...wanted, slot };
  // Into the list first: one that is there and was not stored is left out when it is shown.
  await services.operations.enlist(operation.product, { id: operation.id, created_at: operation.created_at });
  if ((await services.operations.create(operation)) === "exists") {
    await services.operations.leave(operation);
    const found = await services.operations.get(operation.id);
    if (found) return sameAs(found, wanted);
    throw new TransientError("CONTENDED", "the operation appears and disappears");
  }
  await onBegun(operation);
  await sendTurn(services, operation);
  return operation;
}

/** What an operation would be, and whether it may begin. Nothing is written. Throws as `beginOperation` does. */
export async function rehearseOperation(
  services: Omit<Beginning, "turns">,
  request: OperationRequest,
  { scopes, caller, key = request.idempotency_key }: { scopes: Scopes; caller: Caller; key?: string | undefined },
): Promise<Operation> {
  const wanted = await wantedOperation(services, request, { scopes, caller, key });
  const known = await services.operations.get(wanted.id);
  if (known) return sameAs(known, wanted);
  if ((await services.operations.open(wanted.product)).length >= operationLimits.open) throw tooManyOpen();
  return wanted;
}

async function wantedOperation(
  services: Omit<Beginning, "turns" | "operations">,
  request: OperationRequest,
  { scopes, caller, key }: { scopes: Scopes; caller: Caller; key: string | undefined },
): Promise<Operation> {
  const { catalog, jobs, clock } = services;
  const { action, filter, job_ids, start_at, reason, rate_per_second, canary, expect, dry_run } = request;
  const product = filter.product_tag;
  const envs = tenantsOf(catalog, scopes, filter, "/filter").map(({ env }) => env);
  for (const env of envs) requireScope(scopes, verbOf(action), { product, env });
  // A product of which the key reaches no env: there is nothing that it may do.
  if (envs.length === 0) requireScope({ ...scopes, verbs: [] }, verbOf(action), { product });
  const now = clock.now();
  const due = start_at === undefined ? undefined : dueAt(start_at, now);
  if (due !== undefined && due > now + farthestAheadMs)
    throw invalidRequest([{ pointer: "/start_at", detail: "is more than 5 years ahead" }]);
  const finished = action === "retry" || action === "delete";
  const { actor, name } = caller;
  const where = filter.where && (await soughtValue(services, filter.where, { product, envs, scopes }));
  return {
    id: operationIdOf(product, key),
    ...{ product, envs, action, rate_per_second, created_at: now, fingerprint: operationFingerprint(request, where) },
    filter: {
      ...filterConditions(filter, { statuses: operable[action], endedBy: finished ? now : undefined }),
      ...defined({ cause: filter.cause }),
    },
    ...defined({ job_ids: job_ids && [...new Set(job_ids)], reason, expect, start_at: due, made_by_name: name, where }),
    ...(canary && {
      canary: { count: canary.count, for_ms: durationMs(canary.for), max_failures: canary.max_failures },
    }),
    ...(dry_run && { dry_run }),
    ...{ made_by: actor, actor, ...defined({ actor_name: name }) },
    ...{
      state: where || filter.cause ? "looking_up" : "collecting",
      version: 1,
      turn: 0,
      not_before: now,
      slot: 0,
      shards: jobs.shards,
    },
    ...{ list: [], sample: [], pos: 0, counts: { changed: 0, unchanged: 0, failed: 0 } },
  };
}

/** What the jobs of an operation have. Throws INVALID_REQUEST, FORBIDDEN and UNAVAILABLE as a search does. */
async function soughtValue(
  services: Pick<Services, "catalog" | "seals" | "log">,
  where: Readonly<Record<string, string>>,
  { product, envs, scopes }: { product: string; envs: readonly string[]; scopes: Scopes },
): Promise<OperationValue> {
  const [[field, text]] = Object.entries(where) as [[string, string]];
  const tenants = envs.map((env) => ({ product, env }));
  const asking = { scopes, inBody: true, at: ["filter", "where", field] };
  const places = namedPlaces(services.catalog, tenants, field, asking);
  const sought = await Promise.all(places.map((place) => seekIn(services, place, text)));
  return {
    field,
    sealed: sought.some(({ sealed }) => sealed),
    places: sought.map(({ env, values }) => ({ env, values })),
  };
}

/** A hash of a request. That of a sealed value would tell who guesses it that the guess is right, and is not part of it. */
function operationFingerprint(
  { idempotency_key: _key, ...asked }: OperationRequest,
  where: OperationValue | undefined,
) {
  const { where: _value, ...filter } = asked.filter;
  return fingerprint(where?.sealed ? { ...asked, filter: { ...filter, where: where.field } } : asked);
}

/** Whether two requests are for the same sealed value. The keys may have been rotated between them: one of before is enough. */
const isSameSealed = (known: OperationValue | undefined, wanted: OperationValue | undefined): boolean =>
  !wanted?.sealed ||
  wanted.places.every(({ env, values }) =>
    known?.places.some((place) => place.env === env && place.values.some((value) => values.includes(value))),
  );

/** Whether two requests are for the same envs: a request that names none is for those that its key reaches. */
const isSamePlace = (known: Operation, wanted: Operation): boolean =>
  known.product === wanted.product && [...known.envs].sort().join() === [...wanted.envs].sort().join();

function sameAs(known: Operation, wanted: Operation): Operation {
  const isSame = known.fingerprint === wanted.fingerprint && isSamePlace(known, wanted);
  if (isSame && isSameSealed(known.where, wanted.where)) return known;
  throw new RequestError(
    "IDEMPOTENCY_MISMATCH",
    "This idempotency key was used for another operation. Use a fresh key for each of them.",
  );
}

async function freeOperationSlot({ operations, clock }: Beginning, { product, id }: Operation): Promise<number> {
  const taken = new Set((await operations.open(product)).map(({ slot }) => slot));
  for (let slot = 0; slot < operationLimits.open; slot++) {
    if (taken.has(slot)) continue;
    if ((await operations.enter({ product, slot, id, at: clock.now() })) === "entered") return slot;
  }
  throw tooManyOpen();
}

const tooManyOpen = () =>
  new RequestError(
    "STATE_CONFLICT",
    `The product has ${operationLimits.open} operations that are not over. Stop one, or wait for its end; GET /v1/operations lists them.`,
  );

/** The operation as callers want it, which is told at once; `onChanged` before that. Throws STATE_CONFLICT. Safe to repeat. */
export async function steerOperation(
  services: Pick<Beginning, "operations" | "turns" | "clock" | "log">,
  id: string,
  asked: Steering,
  { isDry, onChanged }: { isDry: boolean; onChanged?: (before: Operation, after: Operation) => Promise<void> },
): Promise<Operation> {
  for (let round = 0; round < rounds; round++) {
    const operation = await services.operations.get(id);
    if (!operation) throw operationNotFound();
    const next = steered(operation, asked, services.clock.now());
    if (next === "conflict") throw notAny(operation);
    if (isDry) return next === "unchanged" ? operation : next;
    const after = next === "unchanged" ? operation : next;
    if (next !== "unchanged") {
      if ((await services.operations.replace(next)) === "lost") continue;
      await onChanged?.(operation, next);
    }
    if (!isOver(after) && (asked.do === "continue" || asked.do === "stop")) await sendTurn(services, after);
    return after;
  }
  throw new TransientError("CONTENDED", "the operation changes too fast");
}

const notAny = ({ state, stop }: Operation) =>
  new RequestError(
    "STATE_CONFLICT",
    stop && state !== "stopped" ? "The operation is being stopped." : `The operation is ${state}: make a new one.`,
  );

/** Lets an operation go on. What is not sent is sent by the reconciler. */
export async function sendTurn(
  { turns, clock, log }: Pick<Beginning, "turns" | "clock" | "log">,
  operation: Operation,
): Promise<void> {
  const delaySeconds = operation.stop ? 0 : Math.ceil(Math.max(0, operation.not_before - clock.now()) / 1000);
  try {
    await turns.send(operationMessageOf(operation), {
      delaySeconds: Math.min(900, delaySeconds),
      group: operation.product,
    });
  } catch (error) {
    log.warn("an operation goes on a minute later: its message could not be sent", {
      operation: operation.id,
      ...traceOf(error),
    });
  }
}

/** Writes what a turn has come to, unless the turn was lost. Callers may have steered the operation meanwhile. */
export async function endTurn(
  operations: Pick<Operations, "get" | "replace">,
  taken: Operation,
  end: (operation: Operation) => Operation,
): Promise<Operation | "lost"> {
  for (let round = 0; round < rounds; round++) {
    const now = await operations.get(taken.id);
    if (!now || now.turn !== taken.turn || isOver(now)) return "lost";
    const next = { ...end(now), version: now.version + 1 };
    if ((await operations.replace(next)) === "replaced") return next;
  }
  throw new TransientError("CONTENDED", "the operation changes too fast");
}
