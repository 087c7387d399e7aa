import { apiKeyStatus } from "../access/api-key.ts";
import { may } from "../access/scopes.ts";
import {
  afterCollecting,
  afterLook,
  afterRecount,
  afterSlice,
  askedBack,
  canaryOf,
  endedOperation,
  hasMark,
  isCollecting,
  isKnownOperation,
  isOver,
  type Operation,
  type OperationMessage,
  type OperationReason,
  operationTurn,
  takenTurn,
} from "../job/operation.ts";
import type { ApiKeys } from "../ports/api-keys.ts";
import type { MessageQueue } from "../ports/job-queue.ts";
import type { Operations } from "../ports/operations.ts";
import type { SearchIndex } from "../ports/search-index.ts";
import type { SharedKeys } from "../ports/shared-keys.ts";
import { endTurn, sendTurn, verbOf } from "./begin-operation.ts";
import { changeSlice, countChanged } from "./change-slice.ts";
import { collectJobs, ListGone } from "./collect-jobs.ts";
import type { Services } from "./services.ts";

/** What the function that works on operations needs in addition. */
export interface OperationServices extends Services {
  operations: Operations;
  turns: MessageQueue<OperationMessage>;
  /** Whether the key of the caller still reaches what it asked for. */
  apiKeys: Pick<ApiKeys, "get">;
  sharedKeys: SharedKeys;
  /** Which jobs may have the value of an operation. */
  searchIndex: Pick<SearchIndex, "page">;
}

/**
 * Lets an operation go on by one turn, and sends the message of the next one. A message of another turn is dropped: whatever it was to do was
 * done, or is done by the message of the present turn, which the reconciler sends where it is missing.
 */
export async function goOnWithOperation(services: OperationServices, { id, turn }: OperationMessage): Promise<void> {
  const { operations, clock } = services;
  const operation = await operations.get(id);
  if (!operation || !isKnownOperation(operation)) return;
  const now = clock.now();
  switch (operationTurn(operation, turn, now)) {
    case "over":
      return operations.leave(operation);
    case "early":
      return sendTurn(services, operation);
    case "go":
      break;
    default:
      return;
  }
  const taken = takenTurn(operation, now);
  if ((await operations.replace(taken)) === "lost") return;
  const after = await endTurn(operations, taken, await workOnOperation(services, taken));
  if (after === "lost") return;
  if (isOver(after)) {
    services.log.info("an operation is over", { operation: id, state: after.state, ...after.counts });
    return operations.leave(after);
  }
  if (!after.paused || after.stop) await sendTurn(services, after);
}

/** What a turn does. Returns how the operation is to be afterwards. */
async function workOnOperation(services: OperationServices, taken: Operation): Promise<(now: Operation) => Operation> {
  const { clock } = services;
  const hindrance = taken.stop ? undefined : await hindranceOf(services, taken);
  try {
    if (taken.stop || hindrance?.is === "halted") {
      const changed = await countChanged(services, taken);
      const end = hindrance ? { state: "halted" as const, ...hindrance.because } : { state: "stopped" as const };
      return (now) => afterRecount(now, changed, { ...end, now: clock.now() });
    }
    if (hindrance) return (now) => askedBack(now, hindrance.because.why, hindrance.because.detail, clock.now());
    if (isCollecting(taken)) {
      const collected = await collectJobs(services, taken);
      return (now) => afterCollecting(now, collected, clock.now());
    }
    if (!taken.slice) return await lookAtCanary(services, taken);
    const { worked, notChanged } = await changeSlice(services, taken);
    const has_page = notChanged.length > 0;
    if (has_page) {
      const previous = taken.last_page === undefined ? {} : { previous: taken.last_page };
      await services.operations.putPage(taken.id, taken.turn, { ...previous, jobs: notChanged }, clock.now());
    }
    return (now) => afterSlice(now, { ...worked, has_page }, clock.now());
  } catch (error) {
    if (!(error instanceof ListGone)) throw error;
    const detail = "The list of its jobs is not kept any more. Make it anew.";
    return (now) => endedOperation(now, "halted", { now: clock.now(), why: "LIST_GONE", detail });
  }
}

/** What has become of the canary. */
async function lookAtCanary(services: OperationServices, taken: Operation): Promise<(now: Operation) => Operation> {
  const ids = canaryOf(taken);
  const found = new Map((await services.jobs.getMany(ids)).map((job) => [job.id, job]));
  const changed = ids
    .map((id) => found.get(id))
    // One that has no mark was not changed, and says nothing.
    .filter((job) => job === undefined || hasMark(job, taken));
  return (now) => afterLook(now, changed, services.clock.now());
}

interface Hindrance {
  is: "halted" | "asks";
  because: { why: OperationReason; detail: string };
}

/** Why the operation may not go on: its caller does not reach any more what it is about. It is asked in every turn. */
async function hindranceOf(services: OperationServices, operation: Operation): Promise<Hindrance | undefined> {
  const { catalog, apiKeys, clock } = services;
  const { product, envs, actor, action } = operation;
  const known = catalog.products.find(({ tag }) => tag === product);
  const gone = envs.find((env) => !known?.envs.includes(env));
  if (!known || gone !== undefined) {
    const what = known ? `The env ${gone} of the product` : "The product";
    return { is: "halted", because: { why: "PRODUCT_GONE", detail: `${what} is not in the catalog any more.` } };
  }
  // The deployment's own key has no id, and identities of AWS are checked by AWS: neither is kept here.
  const id = /^k:(.+)$/s.exec(actor)?.[1];
  if (id === undefined) return undefined;
  const key = await apiKeys.get(id);
  const status = key ? apiKeyStatus(key, clock.now()) : "revoked";
  if (status === "expired") {
    const detail = "The key of its caller has expired. Continue it with another one, or stop it.";
    return { is: "asks", because: { why: "KEY_EXPIRED", detail } };
  }
  if (!key || status === "revoked")
    return { is: "halted", because: { why: "KEY_REVOKED", detail: "The key of its caller was revoked." } };
  if (envs.every((env) => may(key.scopes, verbOf(action), { product, env }))) return undefined;
  const detail = "The key of its caller does not reach all of its envs any more.";
  return { is: "halted", because: { why: "SCOPE_NARROWED", detail } };
}
