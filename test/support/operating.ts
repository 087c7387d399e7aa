import { allScopes } from "../../lambdas/core/access/scopes.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import type { Operation, OperationMessage } from "../../lambdas/core/job/operation.ts";
import { beginOperation, steerOperation } from "../../lambdas/core/operations/begin-operation.ts";
import { goOnWithOperation } from "../../lambdas/core/operations/go-on.ts";
import { OperationRequest } from "../../lambdas/core/requests/operation-request.ts";
import { askOperations } from "../../lambdas/reconciler/ask-operations.ts";
import { aJob, noon } from "./builders.ts";
import { catalog } from "./catalog/catalog.ts";
import { fakeServices } from "./fakes/services.ts";

export const tenant = { product: "my-product", env: "prd" };
export const place = { product_tag: tenant.product, env: tenant.env };

export const idOf = (n: number): string => `job_${n.toString(16).padStart(32, "0")}`;

/** A job of the demo's product that has failed, its last attempt included. */
export const failedJob = (n: number, more: Partial<Job> = {}): Job =>
  aJob({
    ...tenant,
    id: idOf(n),
    event: "create_order",
    type: "action",
    status: "failed",
    created_at: noon - 60_000,
    due_at: noon - 60_000,
    scheduled_at: noon - 60_000,
    finished_at: noon - 50_000,
    version: 2,
    ...more,
  });

/** A job that waits for its time, an hour ahead. */
export const scheduledJob = (n: number, more: Partial<Job> = {}): Job =>
  aJob({
    ...tenant,
    id: idOf(n),
    event: "create_order",
    type: "action",
    status: "scheduled",
    created_at: noon - 60_000,
    due_at: noon + 3_600_000,
    scheduled_at: noon + 3_600_000,
    version: 2,
    ...more,
  });

export type Asked = Partial<Parameters<typeof OperationRequest.parse>[0] & object> & Record<string, unknown>;

/** Operations on fakes: messages are delivered by the test. */
export function operating(jobs: readonly Job[]) {
  const services = fakeServices({ catalog, jobs: [...jobs] });
  const { clock, operations, turns } = services;
  const caller = { actor: "k:" as const };
  const get = async (id: string): Promise<Operation> => {
    const found = await operations.get(id);
    if (!found) throw new Error("there is no such operation");
    return found;
  };
  const deliver = (message: OperationMessage) => goOnWithOperation(services, message);
  return {
    services,
    get,
    deliver,
    begin: (asked: Asked, by: { actor: "k:" | `k:${string}` } = caller, scopes = allScopes) =>
      beginOperation(services, OperationRequest.parse({ reason: "a test", ...asked }), { scopes, caller: by }),
    steer: (id: string, asked: Parameters<typeof steerOperation>[2]) =>
      steerOperation(services, id, asked, { isDry: false }),
    reconcile: () => askOperations(services),
    /** Delivers what is in the queue, when it is due, until the operation waits for somebody or is over; or only so many messages. */
    async run(id: string, most = 1000): Promise<Operation> {
      for (let n = 0; n < most && turns.sent.length > 0; n++) {
        const next = turns.sent.shift();
        if (!next) break;
        await clock.advance(next.delaySeconds * 1000);
        await deliver(next.message);
      }
      return get(id);
    },
  };
}
