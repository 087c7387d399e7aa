import { expect } from "@jest/globals";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { makeTargetHealth } from "../../../lambdas/consumers/engine/targets/health.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product, ProductEvent } from "../../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import { aJob, aMessage } from "../builders.ts";
import { fakeServices } from "../fakes/services.ts";

/** A process of a consumer with a product whose event `do` names the group `any`. Time is virtual, the network is real. */
export function consumerOf(
  parts: { event: ProductEvent; entries: Record<string, unknown> },
  { execute, secrets = {} }: { execute: Execute; secrets?: Record<string, string> },
) {
  const { section } = registry[parts.event.type];
  const product: Product = { tag: "p", envs: ["prd"], jobs: { do: parts.event }, [section]: parts.entries };
  expect(checkCatalog([product], registry)).toEqual([]);
  const services = fakeServices({ catalog: makeCatalog([product], registry), secrets });
  const health = makeTargetHealth();
  async function run(input: Record<string, unknown>, before?: Job, overrides: Partial<Job> = {}) {
    const { type } = parts.event;
    const due_at = services.clock.now();
    const job = before ?? aJob({ type, product: "p", event: "do", due_at, input: { inline: input }, ...overrides });
    if (!before) await services.jobs.create(job);
    await runJob(services, execute, aMessage(job), { random: () => 0, health });
    return (await services.jobs.get(job.id)) as Job;
  }
  return { run, ...services };
}
