import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { JobMessage } from "../../lambdas/core/job/job.ts";
import { dispatch } from "../../lambdas/core/operations/dispatch.ts";
import type { Clock } from "../../lambdas/core/ports/ports.ts";
import { products } from "../../products/index.ts";
import { aJob, noon } from "../../test/support/builders.ts";
import { fakeJobStore } from "../../test/support/fakes/job-store.ts";
import { fakeServices } from "../../test/support/fakes/services.ts";
import { delivery, model, type Random } from "./model.ts";

export interface Outcome {
  lateMs: number;
  /** How many messages it took. */
  deliveries: number;
}

const quiet = { debug() {}, info() {}, warn() {}, error() {}, measure() {} };
const catalog = makeCatalog(products, registry);

/** One job from its request to its start, in virtual time, through the routing, the dispatch and the shell as they are. */
export async function oneJob(inMs: number, random: Random): Promise<Outcome> {
  let now = noon + Math.floor(random() * 1000);
  const dueAt = now + inMs;
  const clock: Clock = {
    now: () => now,
    // With a signal it is a timeout, which the job does not reach; without one it is the wait for the job's time.
    sleep: async (ms, signal) => {
      if (signal) return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      now += Math.ceil(ms);
    },
  };
  let sent: { message: JobMessage; at: number } | undefined;
  const send = (message: JobMessage, at: number) => {
    sent = { message, at };
  };
  const job = aJob({
    product: "my-product",
    event: "create_order",
    status: dueAt <= now ? "queued" : "scheduled",
    created_at: now,
    due_at: dueAt,
  });
  const store = fakeJobStore(job);
  const services = {
    ...fakeServices({ catalog }),
    clock,
    log: quiet,
    jobs: {
      ...store,
      async claim(...what: Parameters<typeof store.claim>) {
        const outcome = await store.claim(...what);
        now += model.requestMs;
        return outcome;
      },
      async get(id: string) {
        now += model.requestMs;
        return store.get(id);
      },
    },
    queue: {
      async send(_type: unknown, message: JobMessage, { delaySeconds }: { delaySeconds: number }) {
        now += model.requestMs;
        send(message, now + 1000 * delaySeconds);
      },
      sendMany: () => Promise.reject(new Error("nobody sends many here")),
    },
    scheduler: {
      async schedule(_name: string, at: number, _type: unknown, message: JobMessage) {
        send(message, 1000 * at + random() * model.schedulerLateMs);
      },
      unschedule: async () => {},
    },
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

/** The same job as a schedule of its own at its second, straight to its consumer's queue. */
export function plainScheduler(inMs: number, random: Random): number {
  const due = noon + Math.floor(random() * 1000) + inMs;
  // A schedule knows whole seconds; the one before would be too early.
  const at = Math.ceil(due / 1000) * 1000;
  return at + random() * model.schedulerLateMs + delivery(random) + model.requestMs - due;
}
