import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { jobStatuses } from "../../lambdas/core/kernel/job-status.ts";
import type { Services } from "../../lambdas/core/operations/services.ts";
import { aJob, noon } from "../support/builders.ts";
import { catalog } from "../support/catalog/catalog.ts";
import { assertDocumented } from "../support/documented.ts";
import { fakeServices } from "../support/fakes/services.ts";
import type { Known } from "./requests.ts";

/** The most real milliseconds that a request may take, allowing for a busy machine. */
const patienceMs = 5000;
/** The virtual milliseconds after which an unanswered request counts as hanging: API Gateway gives up after 30 s. */
const hangsAfterMs = 30_000;

export interface World {
  known: Known;
  /** Sends the request, and throws if the answer or its effect is wrong. */
  ask(event: APIGatewayProxyEventV2): Promise<number>;
}

/** Jobs in every status, and a recurring one. */
export const someJobs = (): Job[] => [
  ...jobStatuses.map((status, i) =>
    aJob({
      product: "my-product",
      event: "create_order",
      status,
      due_at: noon + (i - 3) * 60_000,
      labels: ["a"],
      ...(status === "running" && { claim_id: "c", claims: 1, lease_until: noon + 60_000, started_at: noon }),
      ...(["completed", "failed", "cancelled"].includes(status) && { finished_at: noon - i }),
      ...(status === "paused" && { repeat: { every: 60_000, anchor: noon, overlap: "skip" as const } }),
    }),
  ),
  aJob({
    product: "my-product",
    status: "scheduled",
    due_at: noon + 9e6,
    repeat: { cron: "0 9 * * *", anchor: noon, overlap: "skip" },
  }),
];

/** The real handler of the API. `replaced` puts other adapters in place of the fakes. */
export function world(replaced: Partial<Services> = {}, jobs = someJobs()): World {
  const fakes = fakeServices({ catalog, jobs: replaced.jobs ? [] : jobs });
  const created = { count: 0 };
  const services = { ...fakes, ...replaced };
  const counting = { ...services, jobs: countingCreations(services.jobs, created) };
  const handler = httpApi(() => counting, routes);
  const jobIds = jobs.map(({ id }) => id);
  const cursors: string[] = [];
  return {
    known: { jobIds, cursors },
    async ask(event) {
      created.count = 0;
      const began = performance.now();
      const answer = await inTime(
        handler(event, {} as Context) as Promise<APIGatewayProxyStructuredResultV2>,
        fakes.clock,
      );
      const took = performance.now() - began;
      if (took > patienceMs) throw new Error(`took ${took.toFixed(0)} ms`);
      const { statusCode: status = 0, headers = {}, body = "null" } = answer;
      if (status >= 500) throw new Error(`answered ${status}: ${body} ${JSON.stringify(fakes.log.lines.at(-1))}`);
      const value = JSON.parse(body) as Record<string, unknown> | null;
      const { method, path } = event.requestContext.http;
      assertDocumented(method, path, { status, headers, body: value });
      if (status >= 400 && headers["content-type"] !== "application/problem+json")
        throw new Error("is no problem+json");
      if (created.count > acceptedBy(status, value))
        throw new Error(`answered ${status} and created ${created.count} jobs`);
      remember(value, jobIds, cursors);
      return status;
    },
  };
}

/** The number of jobs that an answer reports. */
function acceptedBy(status: number, value: Record<string, unknown> | null): number {
  if (status >= 300 || value === null) return 0;
  if (typeof value.accepted === "number") return value.accepted;
  return typeof value.job_id === "string" ? 1 : 0;
}

function remember(value: Record<string, unknown> | null, jobIds: string[], cursors: string[]) {
  if (typeof value?.job_id === "string" && jobIds.length < 200) jobIds.push(value.job_id);
  if (typeof value?.next_cursor === "string" && cursors.length < 50) cursors.push(value.next_cursor);
}

function countingCreations(jobs: Services["jobs"], created: { count: number }): Services["jobs"] {
  return {
    ...jobs,
    async create(job) {
      const outcome = await jobs.create(job);
      if (outcome.outcome === "created") created.count++;
      return outcome;
    },
    async createMany(given) {
      const refused = await jobs.createMany(given);
      created.count += given.length - refused.length;
      return refused;
    },
  };
}

/** Advances virtual time until the answer arrives. */
async function inTime<T>(answer: Promise<T>, clock: ReturnType<typeof fakeServices>["clock"]): Promise<T> {
  let isThere = false;
  const mark = () => {
    isThere = true;
  };
  answer.then(mark, mark);
  for (let turn = 0; turn < 20 && !isThere; turn++) await new Promise((resolve) => setImmediate(resolve));
  for (let passed = 0; !isThere; passed += 1000) {
    if (passed > hangsAfterMs && clock.sleepers() === 0) break;
    if (passed > 10 * hangsAfterMs) break;
    await clock.advance(1000);
  }
  return Promise.race([
    answer,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error("hangs")), patienceMs).unref();
    }),
  ]);
}
