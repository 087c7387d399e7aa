import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Context } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { clientDefaults } from "../../lambdas/aws/client/client-defaults.ts";
import { dynamoGates } from "../../lambdas/aws/dynamodb/gates.ts";
import { dynamoJobStore } from "../../lambdas/aws/dynamodb/job-store.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import { queueHandler } from "../../lambdas/aws/lambda/queue-handler.ts";
import { sqsJobQueue } from "../../lambdas/aws/sqs/job-queue.ts";
import { systemClock } from "../../lambdas/aws/start/system-clock.ts";
import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { JobMessage } from "../../lambdas/core/job/job.ts";
import { defaultLimits } from "../../lambdas/core/operations/api-limits.ts";
import type { ExecuteWithServices } from "../../lambdas/core/operations/execution.ts";
import type { BlobStore, Scheduler, Secrets, StatsStore } from "../../lambdas/core/ports/ports.ts";
import type { ResultCache } from "../../lambdas/core/ports/result-cache.ts";
import { newTable } from "../../local/servers/dynamodb.ts";
import { queuesAt, settings, table } from "../support/aws.ts";
import { httpEvent } from "../support/http-event.ts";
import { noHerd } from "../support/no-herd.ts";
import { nonePaused } from "../support/none-paused.ts";
import { only } from "../support/only.ts";
import { quietLog } from "../support/quiet-log.ts";
import { catalogOf, requestOf } from "./catalog.ts";
import { timedQueue } from "./timed-queue.ts";
import { offsetOf, type Starts, type Workload } from "./workload.ts";

/** How many processes run jobs: each has its own memory of where gates stand. */
const processes = 4;
const perRequest = 100;
/** By then all jobs have to be scheduled. */
const leadMs = ({ keys, jobsPerKey }: Workload): number => 2000 + 6 * keys * jobsPerKey;
const patienceMs = 90_000;
const context = { awsRequestId: "bench" } as Context;

/** The API and consumers on their adapters, with a DynamoDB in another process and a timer for SQS. The jobs do nothing. */
export const ours = (workload: Workload): Promise<Starts> => withDynamoDb((client) => started(client, workload));

async function started(client: DynamoDBClient, workload: Workload): Promise<Starts> {
  const { keys, limit, periodMs, jobsPerKey } = workload;
  const starts: Starts = Array.from({ length: keys }, () => []);
  const execute: ExecuteWithServices = async ({ input }) => {
    starts[Number((input as { params: { key: string } }).params.key)]?.push(Date.now());
  };
  const queue = timedQueue((event) => next()(event, context));
  const services = {
    catalog: catalogOf({ job: { rate: { limit, period: periodMs } } }),
    jobs: dynamoJobStore({ client, table, retentionDays: 30 }),
    queue: sqsJobQueue({ client: queue.client, queues: queuesAt("http://sqs") }),
    ...noHerd(),
    scheduler: only<Scheduler>("scheduler"),
    blobs: only<BlobStore>("blobs"),
    stats: only<StatsStore>("stats"),
    secrets: only<Secrets>("secrets"),
    pauses: nonePaused(),
    resultCache: only<ResultCache>("resultCache"),
    clock: systemClock,
    log: quietLog,
  };
  const consumers = Array.from({ length: processes }, () => {
    const own = { ...services, gates: dynamoGates({ client, table }), redelivery: { soon: async () => {} } };
    return queueHandler(
      () => own,
      JobMessage,
      (all, message) => runJob(all, execute, message),
    );
  });
  let turn = 0;
  const next = () => consumers[turn++ % processes] as (typeof consumers)[number];
  const gates = dynamoGates({ client, table });
  const more = {
    waits: only("waits"),
    sharedKeys: only("sharedKeys"),
    failures: only("failures"),
    endpoints: only("endpoints"),
  };
  const api = httpApi(() => ({ ...services, gates, limits: defaultLimits, ...more }) as never, routes);
  const jobs = keys * jobsPerKey;
  const from = Date.now() + leadMs(workload);
  const requests = Array.from({ length: jobs }, (_, i) =>
    requestOf("job", String(i % keys), from + offsetOf(workload, i % keys)),
  );
  for (let first = 0; first < jobs; first += perRequest) {
    const body = { jobs: requests.slice(first, first + perRequest) };
    const answer = (await api(httpEvent({ method: "POST", path: "/v1/jobs/batch", body }), context)) as {
      body: string;
    };
    const { accepted } = JSON.parse(answer.body) as { accepted: number };
    if (accepted !== body.jobs.length) throw new Error(`not accepted: ${answer.body.slice(0, 300)}`);
  }
  if (Date.now() > from) throw new Error("the jobs were due before all of them were scheduled");
  try {
    const isOver = () => starts.every(({ length }) => length >= jobsPerKey);
    for (const end = from + patienceMs; !isOver() && Date.now() < end; ) await sleep(100);
    return starts;
  } finally {
    queue.stop();
  }
}

async function withDynamoDb<T>(run: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const file = fileURLToPath(new URL("./dynamodb-server.mjs", import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  const client = new DynamoDBClient({ ...clientDefaults, ...settings, endpoint: `http://127.0.0.1:${Number(port)}` });
  try {
    await client.send(newTable(table));
    return await run(client);
  } finally {
    client.destroy();
    if (child.kill()) await once(child, "exit");
  }
}
