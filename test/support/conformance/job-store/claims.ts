import { describe, expect, test } from "@jest/globals";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { aJob, aMessage, noon } from "../../builders.ts";
import { claimCases } from "./claim-cases.ts";
import { aClaim, leased, type StoreInUse } from "./under-test.ts";

/** Claims, of which exactly one wins. */
export function describeClaims(under: StoreInUse): void {
  const { stored } = under;

  describe("claim", () => {
    test.each(["scheduled", "queued"] as const)("a %s job can be claimed", async (status) => {
      const job = await stored(aJob({ status, timeout_ms: 7000 }));
      const claim = aClaim({ claimId: "ours", now: noon + 3, leaseMarginMs: 500 });
      const owned: Job = {
        ...job,
        status: "running",
        claim_id: "ours",
        lease_until: noon + 3 + 500 + 7000,
        started_at: noon + 3,
        claims: 1,
        version: 2,
      };
      expect(await under.store.claim(aMessage(job), claim)).toEqual({ outcome: "claimed", job: owned });
      expect(await under.store.get(job.id)).toEqual(owned);
    });

    test.each(claimCases())("a claim of $what: $answer", async ({ job: of, message, type, answer }) => {
      const job = await stored(of);
      const claim = aClaim({ claimId: "ours", now: noon, ...(type && { type }) });
      const outcome = await under.store.claim(aMessage(job, message), claim);
      if (answer !== "yes") {
        expect(outcome).toEqual({ outcome: answer, job });
        expect(await under.store.get(job.id)).toEqual(job);
      } else {
        expect(outcome).toMatchObject({ outcome: "claimed", job: { claim_id: "ours", claims: job.claims + 1 } });
      }
    });

    test("a job that does not exist is gone, and claiming it does not create it", async () => {
      const message = aMessage();
      expect(await under.store.claim(message, aClaim())).toEqual({ outcome: "gone" });
      expect(await under.store.get(message.job_id)).toBeUndefined();
    });

    test("exactly one of several simultaneous claims wins", async () => {
      const job = await stored(aJob());
      const claims = Array.from({ length: 5 }, () => under.store.claim(aMessage(job), aClaim()));
      const outcomes = (await Promise.all(claims)).map(({ outcome }) => outcome);
      expect(outcomes.sort()).toEqual(["claimed", "taken", "taken", "taken", "taken"]);
      expect((await under.store.get(job.id))?.claims).toBe(1);
    });

    test("exactly one of two simultaneous claims of an expired lease wins", async () => {
      const job = await stored(leased(noon - 1));
      const outcomes = await Promise.all([
        under.store.claim(aMessage(job), aClaim()),
        under.store.claim(aMessage(job), aClaim()),
      ]);
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["claimed", "taken"]);
    });
  });
}
