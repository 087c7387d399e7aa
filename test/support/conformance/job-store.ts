import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import type { JobStore } from "../../../lambdas/core/ports/job-store.ts";
import { describeArchive } from "./job-store/archive.ts";
import { describeClaims } from "./job-store/claims.ts";
import { describeCreation } from "./job-store/creation.ts";
import { describePages } from "./job-store/pages.ts";
import type { StoreInUse } from "./job-store/under-test.ts";
import { describeWrites } from "./job-store/writes.ts";

export interface JobStoreUnderTest {
  store: JobStore;
  stop?: () => Promise<void>;
}

/** What every JobStore does, in memory and on DynamoDB alike. */
export function describeJobStore(name: string, makeStore: () => Promise<JobStoreUnderTest>): void {
  describe(`${name} as a JobStore`, () => {
    let made: JobStoreUnderTest;
    beforeAll(async () => {
      made = await makeStore();
    });
    afterAll(() => made.stop?.());

    const under: StoreInUse = {
      get store() {
        return made.store;
      },
      async stored(job) {
        expect(await made.store.create(job)).toEqual({ outcome: "created" });
        return job;
      },
    };

    describeCreation(under);
    describeClaims(under);
    describeWrites(under);
    describePages(under);
    describeArchive(under);
  });
}
