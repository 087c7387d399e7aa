import { readFileSync } from "node:fs";
import { defaultPolicy } from "../../../lambdas/consumers/engine/attempt-policy.ts";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../lambdas/consumers/types/feature/decisions.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import type { JobType } from "../../../lambdas/core/job/job.ts";
import type { ExecuteWithServices } from "../../../lambdas/core/operations/execution.ts";
import { memoryOf } from "../../../lambdas/core/operations/memory.ts";
import type { BlobStore } from "../../../lambdas/core/ports/blob-store.ts";
import { aJob, aMessage } from "../builders.ts";
import { fakeServices } from "../fakes/services.ts";

/** The process's instructions from its parent, and its report once all jobs of the batch have ended. */
export interface Asked {
  type: JobType;
  megabytes: number;
  product: Product;
  /** The name of the product's event. */
  input: string;
  jobs: number;
}
export interface Said {
  maxRssMb: number;
  outcomes: string[];
  batches: number;
}

/** One input for all jobs, copied for each as S3 sends it; what is stored is held for a moment and forgotten. */
function blobsOf(input: Buffer, fallback: BlobStore): BlobStore {
  return {
    ...fallback,
    get: async (key) => (key === "inputs/worst" ? Buffer.from(input) : fallback.get(key)),
    put: async () => new Promise((resolve) => setTimeout(resolve, 20)),
  };
}

/** Runs the batch as the consumer's Lambda does, repeatedly until each job has ended its attempt. */
export async function runBatch(
  execute: ExecuteWithServices,
  { type, megabytes, product, input, jobs: count }: Asked,
): Promise<Said> {
  const json = Buffer.from(input);
  const jobs = Array.from({ length: count }, () =>
    aJob({
      product: product.tag,
      env: "dev",
      event: "worst",
      type,
      retries: 0,
      timeout_ms: 60_000,
      input: { blob: "inputs/worst", bytes: json.length },
    }),
  );
  const services = fakeServices({ jobs, catalog: makeCatalog([product], registry) });
  const all = { ...services, blobs: blobsOf(json, services.blobs) };
  const memory = memoryOf(megabytes);
  const policy = type === "feature" ? decisionPolicy : defaultPolicy;
  let messages = jobs.map((job) => aMessage(job));
  let batches = 0;
  for (; messages.length > 0; batches++) {
    await Promise.all(messages.map((message) => runJob(all, execute, message, { memory, policy })));
    const back = services.queue.sent.splice(0).map(({ message }) => message);
    messages = back.filter(({ job_id }) => jobs.some(({ id }) => id === job_id));
  }
  const ended = await Promise.all(jobs.map(({ id }) => services.jobs.get(id)));
  return {
    maxRssMb: largestResidentMb(),
    outcomes: ended.map((job) => job?.error?.code ?? job?.status ?? "gone"),
    batches,
  };
}

/**
 * The peak memory of this program. The system's count for the process (`resourceUsage`) starts with the memory that its parent
 * had when it forked.
 */
const largestResidentMb = (): number => {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) / 1024;
};
