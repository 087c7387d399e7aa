import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import type { Alert, Receiver } from "../../lambdas/core/catalog/alert-schema.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../lambdas/core/catalog/references.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { JobError, type JobErrorCode } from "../../lambdas/core/job/job-error.ts";
import { attemptFailed } from "../../lambdas/core/job/transitions.ts";
import type { AlertNotice } from "../../lambdas/core/outbound/alert-notice.ts";
import { aJob } from "./builders.ts";
import { fakeServices } from "./fakes/services.ts";
import { claim, lifecycle, written } from "./lifecycle.ts";

const place = { base_url: "https://shop.example" };

/** A product whose failures are told to a webhook. */
export const alertProduct = (more: Partial<Product> = {}): Product => ({
  tag: "shop",
  envs: ["prd", "dev"],
  apps: { shop: { envs: { prd: place, dev: place }, actions: { charge: { method: "POST", path: "/charges" } } } },
  jobs: { charge: { type: "action", app: "shop", action: "charge" } },
  receivers: { ops: { webhook: secret("ops") } } satisfies Record<string, Receiver>,
  alerts: { new: { when: "new_cause", envs: ["prd"], notify: ["ops"] } } satisfies Record<string, Alert>,
  ...more,
});

/** The services of the lifecycle and of the reconciler, over the same fakes. */
export function alertWorld(product: Product = alertProduct()) {
  const services = fakeServices({ catalog: makeCatalog([product], registry) });
  const { catalog, incidents, failures, jobs, queue, clock, log } = services;
  const alerting = { catalog, incidents, failures, jobs, queue };
  return { services, alerting, lifecycle: { ...lifecycle(), clock, log, failures, alerting } };
}

let failures = 0;

/**
 * The write that ends an attempt of a job with a failure. Its id is the same in each run of a test: a mark by which it is counted once has
 * 30 bits of a hash, so that among 100,000 of other ids in each run one is taken for another once in some 36 runs.
 */
export function failedAttempt(
  at: number,
  {
    code = "SERVICE_UNAVAILABLE",
    providerCode,
    ...overrides
  }: Partial<Job> & { code?: JobErrorCode; providerCode?: string } = {},
): JobChange {
  const id = `job_${(++failures).toString(16).padStart(32, "0")}`;
  const before = claim(aJob({ id, ...overrides }), at - 20);
  const error = new JobError(code, "It is down.", { providerCode });
  return { ...written({ before, after: attemptFailed(before, at, { error, random: 0 }) }), at };
}

/** What the webhook of `alertProduct` is told, in the order in which the jobs were made. */
export const noticesIn = (jobs: readonly Job[]): AlertNotice[] =>
  jobs
    .filter(({ made_by }) => made_by === "alert")
    .map(({ input }) => (input as { inline: { body: { data: AlertNotice } } }).inline.body.data);
