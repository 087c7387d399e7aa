import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../lambdas/consumers/types/feature/decisions.ts";
import { featureExecutor } from "../../lambdas/consumers/types/feature/execute.ts";
import type { AnyFeature } from "../../lambdas/consumers/types/feature/target.ts";
import { functionExecutor } from "../../lambdas/consumers/types/function/execute.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../lambdas/core/check/check-catalog.ts";
import type { Job, JobMessage, JobType } from "../../lambdas/core/job/job.ts";
import type { AttemptServices, Execution } from "../../lambdas/core/operations/execution.ts";
import { memoryOf } from "../../lambdas/core/operations/memory.ts";
import { scheduleJob } from "../../lambdas/core/operations/schedule-job.ts";
import type { CodeInvoker } from "../../lambdas/core/ports/code-invoker.ts";
import { parseRequest } from "../../lambdas/core/requests/request.ts";
import { fakeServices } from "./fakes/services.ts";

export const call = (action: string) => ({ type: "action", app: "api", action }) as const;

export function productWith(features: Record<string, AnyFeature>): Product {
  return {
    tag: "shop",
    envs: ["dev"],
    jobs: {
      create: call("create"),
      charge: call("charge"),
      mail: call("mail"),
      ...Object.fromEntries(Object.keys(features).map((name) => [name, { type: "feature", feature: name } as const])),
    },
    apps: {
      api: {
        envs: { dev: { base_url: "http://127.0.0.1" } },
        actions: {
          create: { method: "POST", path: "/" },
          charge: { method: "POST", path: "/" },
          mail: { method: "POST", path: "/" },
        },
      },
    },
    features,
  };
}

const noCode: CodeInvoker = {
  call: () => Promise.reject(new Error("no feature of this world is in code")),
};

export const stepsOf = (job: Job | undefined) =>
  (job?.progress as { inline: Record<string, { status: string; job_id?: string }> } | undefined)?.inline ?? {};

export type Actions = Record<string, (execution: Execution) => unknown>;

/** A whole system in virtual time: a feature, and actions that answer as the test says. */
export function featureWorld(
  features: Record<string, AnyFeature>,
  actions: Actions = {},
  more: Partial<Product> = {},
  code: CodeInvoker = noCode,
) {
  const decide = featureExecutor(code);
  const memory = memoryOf(256);
  const catalogWith = (those: Record<string, AnyFeature>, additions: Partial<Product>) => {
    const plain = productWith(those);
    const product: Product = { ...plain, ...additions, jobs: { ...plain.jobs, ...additions.jobs } };
    expect(checkCatalog([product], registry)).toEqual([]);
    return makeCatalog([product], registry);
  };
  const services = fakeServices({ catalog: catalogWith(features, more) });
  /** Replaces the catalog, as a deployment does. */
  const deploy = (those: Record<string, AnyFeature>, additions = more) =>
    Object.assign(services, { catalog: catalogWith(those, additions) });
  const ran: { event: string; input: unknown }[] = [];
  const ownStep = functionExecutor(undefined, code);
  const act = async (execution: Execution, within: AttemptServices) => {
    if (execution.job.own_step) return ownStep(execution, within);
    ran.push({ event: execution.job.event, input: execution.input });
    return actions[execution.job.event]?.(execution) ?? { body: { id: `${execution.job.event}-1` } };
  };
  /** Delivers what is queued, and what that queues in turn, until nothing is left; delayed messages count as due. */
  async function settle() {
    for (let round = 0; services.queue.sent.length > 0 && round < 100; round++) {
      for (const { type, message, delaySeconds } of services.queue.sent.splice(0)) {
        await services.clock.advance(Math.max(delaySeconds * 1000, message.due_at - services.clock.now(), 0));
        await deliver({ type, message });
      }
    }
  }
  const deliver = ({ type, message }: { type: JobType; message: JobMessage }) =>
    type === "feature"
      ? runJob(services, decide, message, { policy: decisionPolicy, random: () => 0, memory })
      : runJob(services, act, message, { random: () => 0 });
  /** Lets time pass: what is queued or scheduled is delivered at its time, and nothing else happens. */
  async function pass(ms: number) {
    const { clock, queue, scheduler } = services;
    const end = clock.now() + ms;
    const coming: { at: number; type: JobType; message: JobMessage }[] = [];
    for (;;) {
      for (const { delaySeconds, ...one } of queue.sent.splice(0))
        coming.push({ ...one, at: clock.now() + delaySeconds * 1000 });
      for (const [name, { at, ...one }] of scheduler.schedules) {
        if (at * 1000 > end) continue;
        scheduler.schedules.delete(name);
        coming.push({ ...one, at: at * 1000 });
      }
      coming.sort((a, b) => a.at - b.at);
      const next = coming.shift();
      if (!next || next.at > end) {
        // What is delayed for longer stays with the queue.
        for (const { at, ...one } of next ? [next, ...coming] : []) {
          queue.sent.push({ ...one, delaySeconds: (at - end) / 1000, group: "" });
        }
        break;
      }
      await clock.advance(Math.max(0, next.at - clock.now()));
      await deliver(next);
    }
    await clock.advance(end - clock.now());
  }
  const start = async (event = "onboard", input: Record<string, unknown> = {}, fields = {}) => {
    const body = { product_tag: "shop", env: "dev", event, input, start_at: 0, ...fields };
    return (await scheduleJob(services, parseRequest(body, services.catalog, services.clock.now()))).id;
  };
  const run = async (event?: string, input?: Record<string, unknown>) => {
    const id = await start(event, input);
    await settle();
    return services.jobs.get(id);
  };
  return { ...services, services, deploy, ran, start, settle, pass, run };
}
