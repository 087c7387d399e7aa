import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { type AuditChange, auditCallerOf } from "../../core/access/audit-entry.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { type Recording, recordChange } from "../../core/operations/record-change.ts";
import { previewSignal, sendSignal } from "../../core/operations/send-signal.ts";
import type { Services } from "../../core/operations/services.ts";
import { SignalPreviewSchema, SignalSentSchema } from "../../core/queries/schemas/signal.ts";
import { parseSignal, SignalRequest, type SignalWanted } from "../../core/requests/signal-request.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";

/** Sends a message to the runs of features that wait for it, or will. */
export async function handle(services: Services & Recording, request: HttpRequest): Promise<HttpResponse> {
  const { body, query, scopes } = request;
  const { product_tag, env } = (body ?? {}) as Record<string, unknown>;
  requireScope(scopes, "jobs:write", { product: product_tag, env });
  const isDry = isDryRun(query);
  const wanted = parseSignal(body, services.catalog);
  if (isDry) return { status: 200, body: await previewSignal(services, wanted) };
  const sent = await sendSignal(services, wanted);
  await recordChange(services, auditCallerOf(request), signalling(wanted, sent.id));
  return { status: 202, body: sent };
}

/** Which message went where. Its payload is the sender's. */
const signalling = ({ product, env, signal, to }: SignalWanted, id: string): AuditChange => ({
  action: "signal.send",
  ...{ product, env, target: signal },
  ...("job_id" in to && { jobs: [to.job_id] }),
  after: { id, ...("key" in to && { key: to.key }) },
});

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Send a signal to runs that wait for it",
  description:
    "Every run of a feature that waits for the signal with this `key` goes on, or the one run that `job_id` names. A run that begins to wait for it within 90 days takes it too, if the run was made before. A run takes a message of an `id` once, so a request may be repeated.",
  body: {
    schema: SignalRequest,
    examples: {
      key: {
        product_tag: "my-product",
        env: "prd",
        signal: "paid",
        key: "A-1042",
        payload: { amount: 42.5 },
        id: "evt_1PqR",
      },
      run: {
        product_tag: "my-product",
        env: "prd",
        signal: "paid",
        job_id: "job_0197a0c41f6e7d3a8b5c2d9e0f1a2b3c",
      },
    },
  },
  query: DryRunQuery,
  answers: {
    202: { description: "It is kept, and the runs that wait for it are woken.", schema: SignalSentSchema },
    200: { description: "What it would do, with `dry_run`.", schema: SignalPreviewSchema },
  },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "JOB_NOT_FOUND",
    "STATE_CONFLICT",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
