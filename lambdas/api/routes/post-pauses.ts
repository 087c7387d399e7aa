import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditCallerOf } from "../../core/access/audit-entry.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { pauseChange } from "../../core/operations/audited-fields.ts";
import { startPause } from "../../core/operations/change-pauses.ts";
import { pauseFields } from "../../core/operations/log-fields.ts";
import { type Recording, recordChange } from "../../core/operations/record-change.ts";
import type { Services } from "../../core/operations/services.ts";
import { pauseView } from "../../core/queries/pause-view.ts";
import { PauseSchema } from "../../core/queries/schemas/pauses.ts";
import { PauseRequest, parsePause, requirePauseScope } from "../../core/requests/pause-request.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { aPause } from "../schemas/examples.ts";

/** Pauses a product, an env, an event, or a limit or one of its keys. Answers 201, or 200 where it was paused already. */
export async function handle(services: Services & Recording, request: HttpRequest): Promise<HttpResponse> {
  const { body, query, scopes, caller } = request;
  const { catalog, clock, log } = services;
  const dryRun = isDryRun(query);
  const { product_tag, env } = (body ?? {}) as Record<string, unknown>;
  requireScope(scopes, "jobs:admin", { product: product_tag, env });
  const wanted = parsePause(body, catalog, clock.now());
  requirePauseScope(scopes, catalog, wanted);
  const { pause, isNew, held } = await startPause(services, wanted, { by: caller, dryRun });
  if (!dryRun) {
    log.warn("paused", { ...pauseFields(pause), caller });
    await recordChange(services, auditCallerOf(request), pauseChange("pause.start", held, pause));
  }
  return { status: isNew ? 201 : 200, body: pauseView(pause, clock.now()) };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Pause a product, an env, an event, or one key of a limit",
  description:
    "Within 5 s nothing of it starts: jobs whose time comes stay `queued` and show what they wait for, what runs goes on to its end, and requests are accepted as before. With `limit` it holds what passes that limit, and with `key` as well only one of its keys, such as one customer. There is one pause per product, env, event, limit and key: a repeated request changes its reason, end and rate. Jobs with `expires_at` are cancelled after the pause if they are too old by then.",
  query: DryRunQuery,
  body: {
    schema: PauseRequest,
    examples: {
      env: { product_tag: "my-product", env: "prd", reason: "the database is being moved" },
      event: {
        product_tag: "my-product",
        event: "create_order",
        reason: "the shop's API is down",
        until: "2030-01-31T12:00:00Z",
      },
      key: {
        product_tag: "my-product",
        env: "prd",
        limit: "customer",
        key: "C-1042",
        reason: "the customer asked us to stop",
      },
    },
  },
  answers: {
    201: { description: "It is paused.", schema: PauseSchema, example: aPause },
    200: { description: "It was paused already, and has the new reason, end and rate.", schema: PauseSchema },
  },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "EVENT_NOT_FOUND",
    "LIMIT_NOT_FOUND",
    "STATE_CONFLICT",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
