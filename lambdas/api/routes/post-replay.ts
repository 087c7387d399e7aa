import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { type AuditChange, auditCallerOf } from "../../core/access/audit-entry.ts";
import { callerOf } from "../../core/access/calling-actor.ts";
import type { HookDelivery } from "../../core/job/hook-delivery.ts";
import { defined } from "../../core/kernel/defined.ts";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { recordChange } from "../../core/operations/record-change.ts";
import { replayDelivery } from "../../core/operations/replay-delivery.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import type { TakenDelivery } from "../../core/operations/take-delivery.ts";
import { ReplaySchema } from "../../core/queries/schemas/hook-deliveries.ts";
import { NoBody } from "../change-route.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { deliveryNamed, hookIn, hookNamed } from "../hook-of.ts";

/** Makes of a delivery what its hook says now, as if the provider had sent it again under another id. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const name = hookNamed(services, request, "jobs:write");
  parseOptionalBody(NoBody, request.body);
  const isDry = isDryRun(request.query);
  const key = request.headers["idempotency-key"];
  if (key !== undefined && (key === "" || key.length > requestLimits.idempotencyKey))
    throw new RequestError("INVALID_REQUEST", "The header Idempotency-Key is not valid.", {
      faults: [
        { pointer: "/headers/Idempotency-Key", detail: `1 to ${requestLimits.idempotencyKey} characters are needed` },
      ],
    });
  const kept = await deliveryNamed(services, name, request.params.id);
  const asked = { request_id: request.id, caller: callerOf(request), isDry, ...defined({ name: key }) };
  const taken = await replayDelivery(services, hookIn(services, name), kept, asked);
  if (!isDry && taken.outcome === "accepted")
    await recordChange(services, auditCallerOf(request), replaying(kept.delivery, taken));
  const status = !isDry && taken.outcome === "accepted" ? 202 : 200;
  return { status, body: { delivery: kept.delivery.id, ...taken } };
}

/** Which delivery became what. What was sent is the provider's. */
const replaying = (
  { product, env, hook, id }: HookDelivery,
  { job_id, signal_id }: Pick<TakenDelivery, "job_id" | "signal_id">,
): AuditChange => ({
  action: "hook.replay",
  ...{ product, env, target: hook },
  ...(job_id !== undefined && { jobs: [job_id] }),
  after: { delivery: id, ...defined({ signal_id }) },
});

const IdempotencyKey = z
  .string()
  .min(1)
  .max(requestLimits.idempotencyKey)
  .optional()
  .describe("Names this replay: a delivery makes one job for each. Default: all replays of a delivery are one.");

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "Make a delivery of a hook again",
  description:
    "Makes the job or the signal again that the hook makes of a delivery, by the catalog of now: of one that was refused before the catalog was mended, for example. Safe to repeat: the job of an earlier replay is answered as `duplicate`. Another `Idempotency-Key` makes another job.",
  query: DryRunQuery,
  headers: z.object({ "Idempotency-Key": IdempotencyKey }),
  body: { schema: NoBody, optional: true },
  answers: {
    202: { description: "It has become a job or a signal.", schema: ReplaySchema },
    200: {
      description: "It was replayed before, the hook ignores it, or what it would become, with `dry_run`.",
      schema: ReplaySchema,
    },
  },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "HOOK_NOT_FOUND",
    "DELIVERY_NOT_FOUND",
    "STATE_CONFLICT",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
