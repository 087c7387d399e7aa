import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Job, JobMessage } from "../../lambdas/core/job/job.ts";
import { afterClaim, claimable } from "../../lambdas/core/job/transitions.ts";
import { dispatch } from "../../lambdas/core/operations/dispatch.ts";
import type { ConsumerServices } from "../../lambdas/core/operations/services.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { JobStore } from "../../lambdas/core/ports/job-store.ts";
import { products } from "../../products/index.ts";
import { aJob, noon } from "../support/a-job.ts";
import { noHerd } from "../support/no-herd.ts";
import { nonePaused } from "../support/none-paused.ts";
import { only } from "../support/only.ts";
import { quietLog } from "../support/quiet-log.ts";
import { delivery, model, type Random } from "./model.ts";

export interface Outcome {
  lateMs: number;
  /** The number of messages that were delivered for it. */
  deliveries: number;
}

const catalog = makeCatalog(products, registry);

/** Takes one job from its request to its start, in virtual time, through the real routing, dispatch and engine. */
export async function oneJob(inMs: number, random: Random): Promise<Outcome> {
  let now = noon + Math.floor(random() * 1000);
  const dueAt = now + inMs;
  const clock: Clock = {
    now: () => now,
    // With a signal this is a timeout, which the job does not reach; without one it is the wait until the job is due.
    sleep: async (ms, signal) => {
      if (signal) return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      now += Math.ceil(ms);
    },
  };
  let sent: { message: JobMessage; at: number } | undefined;
  const send = (message: JobMessage, at: number) => {
    sent = { message, at };
  };
  const job = aJob({ status: dueAt <= now ? "queued" : "scheduled", created_at: now, due_at: dueAt });
  const services: ConsumerServices = {
    catalog,
    clock,
    log: quietLog,
    jobs: storeOf(job, () => {
      now += model.requestMs;
    }),
    queue: only("queue", {
      reach: new Set([job.type]),
      async send(_type, message, { delaySeconds }) {
        now += model.requestMs;
        send(message, now + 1000 * delaySeconds);
      },
    }),
    ...noHerd(),
    scheduler: only("scheduler", {
      async schedule(_name, at, _type, message) {
        send(message, 1000 * at + random() * model.schedulerLateMs);
      },
      unschedule: async () => {},
    }),
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
    secrets: only("secrets"),
  };

  let startedAt: number | undefined;
  const execute = async () => {
    startedAt = now;
  };
  await dispatch(services, job);
  for (let deliveries = 1; sent; deliveries++) {
    const { message, at } = sent;
    sent = undefined;
    now = Math.floor(at + delivery(random));
    await runJob(services, execute, message);
    if (startedAt !== undefined) return { lateMs: startedAt - dueAt, deliveries };
  }
  throw new Error("a job was not started");
}

/** A store of one job, with the rules of the real one; `wait` lets the time of a request pass. */
function storeOf(job: Job, wait: () => void): JobStore {
  let stored = job;
  return only("jobs", {
    async claim(message, claim) {
      const answer = claimable(stored, message, claim.now, claim.type);
      if (answer === "yes") stored = afterClaim(stored, claim);
      wait();
      return { outcome: answer === "yes" ? "claimed" : answer, job: stored };
    },
    async get() {
      wait();
      return stored;
    },
    async replace(next) {
      stored = next;
      return "replaced";
    },
  });
}

/** The same job as a schedule of its own, at its second, straight into the queue of its consumer. */
export function plainScheduler(inMs: number, random: Random): number {
  const due = noon + Math.floor(random() * 1000) + inMs;
  // A schedule has whole seconds, and must not fire before the job is due.
  const at = Math.ceil(due / 1000) * 1000;
  return at + random() * model.schedulerLateMs + delivery(random) + model.requestMs - due;
}
