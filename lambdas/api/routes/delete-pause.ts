import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditCallerOf } from "../../core/access/audit-entry.ts";
import { hasAccess, requireScope } from "../../core/access/scopes.ts";
import type { Pause } from "../../core/job/pause.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import { pauseChange } from "../../core/operations/audited-fields.ts";
import { endPause } from "../../core/operations/change-pauses.ts";
import { drainPause } from "../../core/operations/drain-pause.ts";
import { pauseFields } from "../../core/operations/log-fields.ts";
import { type Recording, recordChange } from "../../core/operations/record-change.ts";
import type { Services } from "../../core/operations/services.ts";
import { pauseView } from "../../core/queries/pause-view.ts";
import { PauseSchema } from "../../core/queries/schemas/pauses.ts";
import { pauseNotFound, requirePauseScope } from "../../core/requests/pause-request.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";

/** The first page of jobs is sent within the request, as long as that takes less than this. */
const firstPageMs = 5000;

/** Ends a pause, and sends its first jobs. The reconciler sends the others. */
export async function handle(services: Services & Recording, request: HttpRequest): Promise<HttpResponse> {
  const { params, query, scopes, caller } = request;
  const { catalog, clock, log } = services;
  const dryRun = isDryRun(query);
  requireScope(scopes, "jobs:admin", {});
  const admit = (pause: Pause) => {
    if (!hasAccess(scopes, pause)) throw pauseNotFound();
    requirePauseScope(scopes, catalog, pause);
  };
  const { pause, isNew, before } = await endPause(services, params.id ?? "", { admit, dryRun });
  if (isNew && !dryRun) {
    log.warn("pause ended", { ...pauseFields(pause), caller });
    await recordChange(services, auditCallerOf(request), pauseChange("pause.end", before, pause));
    await drainFirst(services, pause);
  }
  return { status: 200, body: pauseView(pause, clock.now()) };
}

/** The pause has ended in any case, and what cannot be sent now is the reconciler's. */
async function drainFirst(services: Services, pause: Pause): Promise<void> {
  try {
    await drainPause(services, pause, { end: services.clock.now() + firstPageMs, pages: 1 });
  } catch (error) {
    services.log.error("a pause that has ended could not be drained", { pause: pause.id, ...traceOf(error) });
  }
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "End a pause",
  description:
    "Its jobs start from 10 s later, in the order of their times and at the pause's rate; until all of them have been sent the pause is listed as `draining`. New jobs, and those whose time comes later, start at once. What another pause holds stays held. Safe to repeat while it drains.",
  query: DryRunQuery,
  answers: { 200: { description: "The pause that has ended.", schema: PauseSchema } },
  errors: ["PAUSE_NOT_FOUND"],
});
