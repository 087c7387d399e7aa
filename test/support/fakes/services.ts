import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { type Catalog, makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { defaultLimits } from "../../../lambdas/core/operations/api-limits.ts";
import { fakeBlobStore } from "./blob-store.ts";
import { fakeClock } from "./clock.ts";
import { fakeEndpoints } from "./endpoints.ts";
import { fakeFailures } from "./failures-store.ts";
import { fakeJobQueue } from "./job-queue.ts";
import { fakeJobStore } from "./job-store.ts";
import { fakeLog } from "./log.ts";
import { fakeScheduler } from "./scheduler.ts";
import { fakeSecrets } from "./secrets.ts";
import { fakeSharedKeys } from "./shared-keys.ts";
import { fakeStatsStore } from "./stats-store.ts";
import { fakeWaits } from "./waits.ts";

/** Everything that an entry works with, as fakes that are fresh for every test. */
export const fakeServices = ({
  catalog = makeCatalog([], registry),
  jobs = [],
  secrets = {},
}: {
  catalog?: Catalog;
  jobs?: Job[];
  secrets?: Record<string, string>;
} = {}) => ({
  catalog,
  jobs: fakeJobStore(...jobs),
  queue: fakeJobQueue(),
  scheduler: fakeScheduler(),
  blobs: fakeBlobStore(),
  stats: fakeStatsStore(),
  sharedKeys: fakeSharedKeys(),
  failures: fakeFailures(),
  endpoints: fakeEndpoints(),
  secrets: fakeSecrets(secrets),
  clock: fakeClock(),
  log: fakeLog(),
  limits: defaultLimits,
  waits: fakeWaits(),
});
