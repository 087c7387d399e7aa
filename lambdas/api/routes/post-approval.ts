import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditCallerOf } from "../../core/access/audit-entry.ts";
import { hasAccess, requireScope } from "../../core/access/scopes.ts";
import { defined } from "../../core/kernel/defined.ts";
import { parseBody } from "../../core/kernel/parse-body.ts";
import { decisionChange } from "../../core/operations/audited-fields.ts";
import {
  approvalNotFound,
  decideApproval,
  findApproval,
  notDecidable,
  requireChoice,
} from "../../core/operations/decide-approval.ts";
import { type Recording, recordChange } from "../../core/operations/record-change.ts";
import type { Services } from "../../core/operations/services.ts";
import { ApprovalDecisionSchema } from "../../core/queries/schemas/approvals.ts";
import { DecisionRequest } from "../../core/requests/decision-request.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";

/**
 * Decides an approval by a key. Repeated by the same key with the same choice, it answers the decision that was made: the first answer may
 * have been lost.
 */
export async function handle(services: Services & Recording, request: HttpRequest): Promise<HttpResponse> {
  const { params, body, query, scopes, caller } = request;
  const { id = "" } = params;
  const isDry = isDryRun(query);
  const { choice, note } = parseBody(DecisionRequest, body);
  const found = await findApproval(services, id);
  if (found.is === "gone" || !hasAccess(scopes, found.job)) throw approvalNotFound();
  requireScope(scopes, "jobs:write", found.job);
  const { job } = found;
  const answer = (decided: { choice: string; by: string; at: number; note?: string }): HttpResponse => ({
    status: 200,
    body: { id, job_id: job.id, ...decided },
    about: job,
  });
  if (found.is === "open" && isDry) {
    requireChoice(found.approval, choice);
    return answer({ choice, by: caller, at: services.clock.now(), ...defined({ note }) });
  }
  const { decision, isOurs } =
    found.is === "open" ? await decideApproval(services, found, { choice, by: caller, note }) : decidedIn(found);
  if (isOurs) await recordChange(services, auditCallerOf(request), decisionChange(job, id, { choice, note }));
  if (!decision || decision.by !== caller || decision.choice !== choice)
    throw notDecidable(decision ? { is: "decided", decision, job } : (found as Closed), services.clock.now());
  return answer({ choice, by: caller, at: decision.at, ...defined({ note: decision.note }) });
}

type Found = Exclude<Awaited<ReturnType<typeof findApproval>>, { is: "gone" }>;
type Closed = Exclude<Found, { is: "open" }>;

const decidedIn = (found: Closed) => ({
  decision: found.is === "decided" ? found.decision : undefined,
  isOurs: false,
});

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Decide an approval",
  description:
    "Decides once: of several decisions, and of a decision and the time-out, the first counts, and the others are answered 409 with what was decided. The run goes on with the choice. A request may be repeated.",
  body: { schema: DecisionRequest, examples: { approve: { choice: "approve", note: "as agreed" } } },
  query: DryRunQuery,
  answers: { 200: { description: "What was decided, or would be with `dry_run`.", schema: ApprovalDecisionSchema } },
  errors: ["INVALID_REQUEST", "APPROVAL_NOT_FOUND", "STATE_CONFLICT", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
});
