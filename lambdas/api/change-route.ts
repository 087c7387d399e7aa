import type { Endpoint, HttpRequest } from "../aws/http/route.ts";
import type { RouteDoc } from "../aws/http/route-doc.ts";
import { auditCallerOf } from "../core/access/audit-entry.ts";
import { callerOf } from "../core/access/calling-actor.ts";
import { may } from "../core/access/scopes.ts";
import { calendarsOf } from "../core/catalog/calendars.ts";
import type { ChangeName } from "../core/job/actor.ts";
import type { Job } from "../core/job/job.ts";
import type { Calendars } from "../core/job/series.ts";
import { parseOptionalBody } from "../core/kernel/parse-body.ts";
import { strict } from "../core/kernel/schema.ts";
import { jobChange } from "../core/operations/audited-fields.ts";
import { audited, type Change, changeJob, previewOf } from "../core/operations/change-job.ts";
import { recordChange } from "../core/operations/record-change.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { JobSchema } from "../core/queries/schemas/job.ts";
import { unreadView, viewOf } from "../core/queries/view.ts";
import { DryRunQuery, isDryRun } from "./dry-run.ts";
import { callersJob, seenBy } from "./job-of.ts";
import { aJob } from "./schemas/examples.ts";

/** The schema of a body that has no fields: it may be absent, or the empty object. */
export const NoBody = strict({});

/** A change that takes no body; throws INVALID_REQUEST for one with fields. */
export const noBody =
  (change: Change): ChangeRoute["change"] =>
  (body) => {
    parseOptionalBody(NoBody, body);
    return change;
  };

interface ChangeRoute {
  /** What the job says of its last change, and the audit behind `job.`. */
  name: Exclude<ChangeName, "replace">;
  summary: string;
  description?: string;
  /** Returns the change that the body asks for; throws INVALID_REQUEST. */
  change: (body: unknown, now: number, calendars: Calendars) => Change;
  /** Refuses a job for a reason that its own item does not show; throws STATE_CONFLICT. */
  admit?: (services: ApiServices, job: Job) => Promise<void>;
  /** The same for a dry run: it writes nothing. */
  check?: (services: ApiServices, job: Job) => Promise<void>;
  /** Takes the change back if another job came first; throws STATE_CONFLICT then. */
  afterwards?: (services: ApiServices, job: Job) => Promise<void>;
  body: NonNullable<RouteDoc["body"]>;
}

/** A route that changes one job: it answers 200 with the changed job, or a 409 that says why the job cannot be changed. */
export const changeRoute = ({
  name,
  change,
  admit,
  check,
  afterwards,
  ...doc
}: ChangeRoute): Endpoint<ApiServices> => ({
  handle: async (services, request) => {
    const { jobs, clock } = services;
    const dryRun = isDryRun(request.query);
    const job = await callersJob(jobs, request, "jobs:write");
    const by = { ...callerOf(request), change: name };
    const asked = audited(change(request.body, clock.now(), calendarsOf(services.catalog, job.product)), by);
    await (dryRun ? check : admit)?.(services, job);
    if (dryRun) return { status: 200, body: await shownTo(services, request, previewOf(services, job, asked)) };
    const after = await changeJob(services, job.id, asked, (before, next) =>
      recordChange(services, auditCallerOf(request), jobChange(`job.${name}`, before, next)),
    );
    await afterwards?.(services, after);
    return { status: 200, body: await shownTo(services, request, after), about: after };
  },
  doc: () => ({
    tag: "jobs",
    ...doc,
    query: DryRunQuery,
    answers: {
      200: {
        description: "The job after the change; to a key without `jobs:read` only how it stands.",
        schema: JobSchema,
        example: aJob,
      },
    },
    errors: ["INVALID_REQUEST", "JOB_NOT_FOUND", "STATE_CONFLICT", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
  }),
});

/** A changed job, as far as its caller may read it. */
const shownTo = (services: ApiServices, request: HttpRequest, job: Job) =>
  may(request.scopes, "jobs:read", job)
    ? viewOf(services, job, services.clock.now(), seenBy(request, job))
    : unreadView(job, services.clock.now());

/** What the document says of routes that change what their path names, and may have a dry run and a body. */
export const changeDocOf =
  (answer: RouteDoc["answers"][number], errors: RouteDoc["errors"]) =>
  ({
    body = { schema: NoBody, optional: true },
    ...own
  }: Pick<RouteDoc, "summary" | "description"> & Partial<Pick<RouteDoc, "body">>): RouteDoc => ({
    tag: "jobs",
    ...own,
    query: DryRunQuery,
    body,
    answers: { 200: answer },
    errors,
  });
