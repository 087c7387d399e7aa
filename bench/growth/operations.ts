import type { Context } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { dynamoJobStore } from "../../lambdas/aws/dynamodb/job-store.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import { type Job, jobMessageOf } from "../../lambdas/core/job/job.ts";
import { defaultLimits } from "../../lambdas/core/operations/api-limits.ts";
import type { ApiServices, ReconcilerServices } from "../../lambdas/core/operations/services.ts";
import { reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { catalog } from "../demo-catalog.ts";
import { aJob, noon } from "../support/a-job.ts";
import { table } from "../support/aws.ts";
import { httpEvent } from "../support/http-event.ts";
import { noHerd } from "../support/no-herd.ts";
import { noOperations } from "../support/no-operations.ts";
import { nonePaused } from "../support/none-paused.ts";
import { only } from "../support/only.ts";
import { quietLog } from "../support/quiet-log.ts";
import { type Reads, sortedTable } from "./sorted-table.ts";

const template = aJob();
const idOf = (number: number): string => `job_${number.toString(16).padStart(32, "0")}`;
const numberOf = (id: string): number => Number.parseInt(id.slice("job_".length), 16);

/** Half of the jobs have completed. Of the others, ten are overdue and have not started; the rest are due in the next days. */
const jobAt =
  (now: number) =>
  (number: number): Job => {
    const id = idOf(number);
    // A number also decides the shard, so jobs of both kinds come in runs of eight: each shard has both.
    if ((number >> 3) % 2 === 0) {
      const finished_at = now - 1000 * (number + 1);
      return { ...template, id, status: "completed", due_at: finished_at - 50, finished_at, result: { inline: {} } };
    }
    const overdue = number < 18 && number >= 8;
    return { ...template, id, status: "scheduled", due_at: overdue ? now - 3_600_000 : now + 1000 * (number + 900) };
  };

/** What each operation reads when `size` jobs are stored. */
export async function readsWith(size: number): Promise<Record<string, Reads>> {
  const now = noon;
  const { client, taken } = sortedTable(size, jobAt(now), numberOf);
  const services: ApiServices & ReconcilerServices = {
    catalog,
    jobs: dynamoJobStore({ client, table, retentionDays: 30 }),
    queue: only("queue", { sendMany: async () => [] }),
    scheduler: only("scheduler"),
    ...noHerd(),
    roundPlaces: { get: async () => undefined, put: async () => {} },
    rollUps: { get: async () => undefined, put: async () => {} },
    searchIndex: only("searchIndex"),
    operations: noOperations(),
    turns: only("turns"),
    blobs: only("blobs"),
    gates: only("gates"),
    ticks: only("ticks"),
    resultCache: only("resultCache"),
    definitions: only("definitions"),
    signals: only("signals"),
    approvals: only("approvals"),
    runLogs: only("runLogs"),
    answers: only("answers"),
    stats: only("stats"),
    pauses: nonePaused(),
    waits: only("waits"),
    requests: only("requests"),
    sharedKeys: only("sharedKeys"),
    failures: only("failures"),
    incidents: only("incidents"),
    audit: only("audit"),
    endpoints: only("endpoints"),
    hookDeliveries: only("hookDeliveries"),
    sentDeliveries: only("sentDeliveries"),
    webhooks: only("webhooks"),
    sessions: only("sessions"),
    limits: defaultLimits,
    clock: { now: () => now, sleep: async () => {} },
    log: quietLog,
  };
  const api = httpApi(() => services, routes);
  const get = async (path: string, query?: Record<string, string>) => {
    const answer = await api(httpEvent({ path, ...(query && { query }) }), {} as Context);
    if ((answer as { statusCode: number }).statusCode !== 200) throw new Error(JSON.stringify(answer));
  };
  const tenant = { product_tag: "my-product", env: "prd", limit: "50" };
  const claim = { claimId: "claim", now, leaseMarginMs: 20_000 };
  const operations: Record<string, () => Promise<unknown>> = {
    "list, 50 of all": () => get("/v1/jobs", tenant),
    "list, 50 of the completed": () => get("/v1/jobs", { ...tenant, status: "completed" }),
    "list, 50 of a day": () => get("/v1/jobs", { ...tenant, from: String(now), to: String(now + 86_400_000) }),
    "get one": () => get(`/v1/jobs/${idOf(size - 1)}`),
    claim: () => services.jobs.claim(jobMessageOf(jobAt(now)(size - 1)), claim),
    "reconcile, ten overdue": () => reconcile(services),
  };
  const all: Record<string, Reads> = {};
  for (const [name, run] of Object.entries(operations)) {
    await run();
    all[name] = taken();
  }
  return all;
}
