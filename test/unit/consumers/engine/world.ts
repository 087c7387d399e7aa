import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import type { Execute } from "../../../../lambdas/core/operations/execution.ts";
import { aJob, aMessage } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

export const ok: Execute = async () => ({ ok: true });
export const job = (overrides: Partial<Job> = {}) =>
  aJob({ product: "my-product", event: "create_order", ...overrides });

export function world(...jobs: Job[]) {
  const services = fakeServices({ jobs, catalog });
  const run = (execute: Execute, message = aMessage(jobs[0])) =>
    runJob(services, execute, message, { random: () => 0.5 });
  return { ...services, run, stored: async (id = jobs[0]?.id ?? "") => services.jobs.get(id) };
}
