import type { Context } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import { queueHandler } from "../../lambdas/aws/lambda/queue-handler.ts";
import { sqsJobQueue } from "../../lambdas/aws/sqs/job-queue.ts";
import { sqsTicks } from "../../lambdas/aws/sqs/ticks.ts";
import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { JobMessage } from "../../lambdas/core/job/job.ts";
import type { LimitRule } from "../../lambdas/core/limits/limit-rule.ts";
import { TickMessage } from "../../lambdas/core/limits/pump.ts";
import { defaultLimits } from "../../lambdas/core/operations/api-limits.ts";
import type { ExecuteWithServices } from "../../lambdas/core/operations/execution.ts";
import { tickLine } from "../../lambdas/core/operations/tick.ts";
import type { Answers } from "../../lambdas/core/ports/answers.ts";
import type { Approvals } from "../../lambdas/core/ports/approvals.ts";
import type { BlobStore } from "../../lambdas/core/ports/blob-store.ts";
import type { Definitions } from "../../lambdas/core/ports/definitions.ts";
import type { Gates } from "../../lambdas/core/ports/gates.ts";
import type { JobStore } from "../../lambdas/core/ports/job-store.ts";
import type { ResultCache } from "../../lambdas/core/ports/result-cache.ts";
import type { RunLogs } from "../../lambdas/core/ports/run-logs.ts";
import type { Scheduler } from "../../lambdas/core/ports/scheduler.ts";
import type { Secrets } from "../../lambdas/core/ports/secrets.ts";
import type { Signals } from "../../lambdas/core/ports/signals.ts";
import type { StatsStore } from "../../lambdas/core/ports/stats-store.ts";
import { defaultConcurrency } from "../../lambdas/topology.ts";
import { pumpQueueAt, queuesAt } from "../support/aws.ts";
import { httpEvent } from "../support/http-event.ts";
import { noHerd } from "../support/no-herd.ts";
import { nonePaused } from "../support/none-paused.ts";
import { only } from "../support/only.ts";
import { quietLog } from "../support/quiet-log.ts";
import { catalogOf, type requestOf } from "./catalog.ts";
import type { Time } from "./time.ts";
import { timedQueue, timedSqs } from "./timed-queues.ts";

/** How many processes run jobs: each has its own memory of where gates stand. */
const processes = 4;
/** The pump's, as `lambdas/topology.ts` has it. */
const pumpsAtOnce = 10;
const perRequest = 100;
const context = { awsRequestId: "bench" } as Context;
const origin = "http://sqs";
const queues = queuesAt(origin);
const pumpUrl = pumpQueueAt(origin);

export interface LineWorldOptions {
  time: Time;
  rule: LimitRule;
  jobs: JobStore;
  /** Makes the gates of one process. */
  gates: () => Gates;
  /** What the ports of the two queues are wrapped with. */
  wrapped?: <Port extends object>(port: Port) => Port;
  /** How much later than it is visible a message comes, in milliseconds; asked for each. Default: not at all. */
  late?: { jobs?: () => number; ticks?: () => number };
  /** How long each job takes, in milliseconds. Default: no time. */
  takesMs?: number;
}

/** When a job started and ended, epoch milliseconds. */
export interface Ran {
  key: string;
  start: number;
  end?: number;
}

export interface Due {
  key: string;
  /** When the job is due, after the beginning, in milliseconds. */
  offsetMs: number;
}

/** What came of jobs that ran. */
export interface LineRun {
  ran: Ran[];
  /** When the first jobs were due, epoch milliseconds. */
  from: number;
  /** Writes of gates and lines. */
  writes: number;
  /** Messages of jobs and ticks that were sent. */
  messages: { jobs: number; ticks: number };
}

export type LineWorld = ReturnType<typeof lineWorld>;

/** The API, the consumers and the pump, with a timer for SQS. All jobs are of the event `job`, whose limit has the rule. */
export function lineWorld({
  time,
  rule,
  jobs,
  gates,
  wrapped = (port) => port,
  late = {},
  takesMs = 0,
}: LineWorldOptions) {
  const ran: Ran[] = [];
  const execute: ExecuteWithServices = async ({ input }) => {
    const one: Ran = { key: (input as { params: { key: string } }).params.key, start: time.now() };
    ran.push(one);
    if (takesMs > 0) await time.sleep(takesMs);
    one.end = time.now();
  };
  const next = () => consumers[turn++ % processes] as (typeof consumers)[number];
  const inTime = () => 0;
  const { jobs: jobsLate = inTime, ticks: ticksLate = inTime } = late;
  const consume = (event: Parameters<typeof pump>[0]) => next()(event, context);
  const own = timedQueue(time, { consume, batchesAtOnce: defaultConcurrency, lateMs: jobsLate });
  const ticking = timedQueue(time, {
    consume: (event) => pump(event, context),
    batchesAtOnce: pumpsAtOnce,
    lateMs: ticksLate,
  });
  const client = timedSqs({ [queues.action.url]: own, [pumpUrl]: ticking });
  const services = {
    catalog: catalogOf({ job: rule }),
    jobs,
    queue: wrapped(sqsJobQueue({ client, queues })),
    ticks: wrapped(sqsTicks({ client, url: pumpUrl })),
    ...noHerd(),
    scheduler: only<Scheduler>("scheduler"),
    blobs: only<BlobStore>("blobs"),
    stats: only<StatsStore>("stats"),
    secrets: only<Secrets>("secrets"),
    pauses: nonePaused(),
    resultCache: only<ResultCache>("resultCache"),
    definitions: only<Definitions>("definitions"),
    signals: only<Signals>("signals"),
    runLogs: only<RunLogs>("runLogs"),
    approvals: only<Approvals>("approvals"),
    answers: only<Answers>("answers"),
    clock: time,
    log: quietLog,
  };
  const redelivery = { soon: async () => {} };
  const consumers = Array.from({ length: processes }, () => {
    const process = { ...services, gates: gates(), redelivery };
    return queueHandler(
      () => process,
      JobMessage,
      (all, message, beside) => runJob(all, execute, message, { type: "action", ...beside }),
    );
  });
  let turn = 0;
  const ofPump = { ...services, gates: gates(), redelivery };
  const pump = queueHandler(() => ofPump, TickMessage, tickLine);
  const more = {
    gates: ofPump.gates,
    limits: defaultLimits,
    waits: only("waits"),
    sharedKeys: only("sharedKeys"),
    failures: only("failures"),
    endpoints: only("endpoints"),
    sessions: only("sessions"),
  };
  const api = httpApi(() => ({ ...services, ...more }) as never, routes);

  return {
    ran,
    messages: (): LineRun["messages"] => ({ jobs: own.sent(), ticks: ticking.sent() }),

    async schedule(requests: readonly ReturnType<typeof requestOf>[]): Promise<void> {
      for (let first = 0; first < requests.length; first += perRequest) {
        const body = { jobs: requests.slice(first, first + perRequest) };
        const event = httpEvent({ method: "POST", path: "/v1/jobs/batch", body });
        const answer = (await api(event, context)) as { body: string };
        const { accepted } = JSON.parse(answer.body) as { accepted: number };
        if (accepted !== body.jobs.length) throw new Error(`not accepted: ${answer.body.slice(0, 300)}`);
      }
    },

    /** Waits until so many jobs are over, at most for `patienceMs`. */
    async over(count: number, patienceMs: number): Promise<void> {
      const isOver = () => ran.length >= count && ran.every(({ end }) => end !== undefined);
      for (const end = time.now() + patienceMs; !isOver() && time.now() < end; ) await time.sleep(100);
    },

    stop(): void {
      own.stop();
      ticking.stop();
    },
  };
}
