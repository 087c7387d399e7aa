import { type HttpRoute, httpRoute } from "../aws/http/http-api.ts";
import type { RouteDoc } from "../aws/http/route-doc.ts";
import type { Job } from "../core/job/job.ts";
import { type Change, changeJob } from "../core/operations/change-job.ts";
import type { Services } from "../core/operations/services.ts";
import { viewOf } from "../core/queries/view.ts";
import { parseOptionalBody } from "../core/schema/parse-body.ts";
import { strict } from "../core/schema/schema.ts";
import { jobOf } from "./job-of.ts";
import { aJob } from "./schemas/examples.ts";
import { JobSchema } from "./schemas/job.ts";

/** The body of a route whose body says nothing: none, or the empty object. */
export const NoBody = strict({});

export const noBody =
  (change: Change): ChangeRoute["change"] =>
  (body) => {
    parseOptionalBody(NoBody, body);
    return change;
  };

interface ChangeRoute {
  /** The last part of `/v1/jobs/{id}/<verb>`. */
  verb: string;
  summary: string;
  description?: string;
  /** The change that a body asks for; throws INVALID_REQUEST. */
  change: (body: unknown, now: number) => Change;
  /** Refuses a job for what is not known of the job itself; throws STATE_CONFLICT. */
  admit?: (services: Services, job: Job) => Promise<void>;
  body: NonNullable<RouteDoc["body"]>;
}

/** What the routes that change a job share: 200 with the job as it is after the change, or a 409 that says why not. */
export const changeRoute = ({ verb, change, admit, ...doc }: ChangeRoute): HttpRoute<Services> =>
  httpRoute<Services>(
    "POST",
    `/v1/jobs/{id}/${verb}`,
    async (services, request) => {
      const { jobs, clock } = services;
      const job = await jobOf(jobs, request, "jobs:write");
      const asked = change(request.body, clock.now());
      await admit?.(services, job);
      const after = await changeJob(services, job.id, asked);
      return { status: 200, body: await viewOf(services, after, clock.now()), about: after };
    },
    {
      doc: () => ({
        id: `${verb.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Job`,
        tag: "jobs",
        scope: "jobs:write",
        ...doc,
        answers: { 200: { description: "The job after the change.", schema: JobSchema(), example: aJob } },
        errors: ["INVALID_REQUEST", "JOB_NOT_FOUND", "STATE_CONFLICT", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
      }),
    },
  );
