import { describe, expect, test } from "@jest/globals";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import type { JobStatus } from "../../../../lambdas/core/kernel/job-status.ts";
import { aJob, aMessage, noon } from "../../builders.ts";
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

    test.each<JobStatus>(["completed", "failed", "cancelled", "paused"])(
      "a %s job cannot be claimed",
      async (status) => {
        const job = await stored(aJob({ status, ...(status !== "paused" && { finished_at: noon }) }));
        expect(await under.store.claim(aMessage(job), aClaim())).toEqual({ outcome: "gone", job });
        expect(await under.store.get(job.id)).toEqual(job);
      },
    );

    test("a job that does not exist is gone, and claiming it does not create it", async () => {
      const message = aMessage();
      expect(await under.store.claim(message, aClaim())).toEqual({ outcome: "gone" });
      expect(await under.store.get(message.job_id)).toBeUndefined();
    });

    test.each([
      ["run", { run: 2 }],
      ["attempt", { attempt: 2 }],
      ["due_at", { due_at: noon + 1 }],
    ])("a message of another %s is gone", async (_field, other) => {
      const job = await stored(aJob());
      expect(await under.store.claim(aMessage(job, other), aClaim())).toEqual({ outcome: "gone", job });
      expect(await under.store.get(job.id)).toEqual(job);
    });

    test("a job is taken until the last millisecond of its lease", async () => {
      const job = await stored(leased(noon));
      expect(await under.store.claim(aMessage(job), aClaim({ now: noon }))).toEqual({ outcome: "taken", job });
      expect(await under.store.get(job.id)).toEqual(job);
    });

    test("a job whose lease has ended can be claimed again, and the crash counts", async () => {
      const job = await stored(leased(noon - 1));
      const outcome = await under.store.claim(aMessage(job), aClaim({ claimId: "ours", now: noon }));
      expect(outcome).toMatchObject({ outcome: "claimed", job: { claim_id: "ours", claims: 2, started_at: noon } });
    });

    test.each<[string, Job]>([
      ["that waits", aJob({ type: "function" })],
      ["that another consumer is at", { ...leased(noon), type: "function" }],
    ])("a claim of a job of another type is refused with that type (%s)", async (_when, other) => {
      const job = await stored(other);
      const claim = aClaim({ type: "action", now: noon });
      expect(await under.store.claim(aMessage(job), claim)).toEqual({ outcome: "misdirected", job });
      expect(await under.store.get(job.id)).toEqual(job);
    });

    test("an outdated message is gone, whatever the type of its job", async () => {
      const job = await stored(aJob({ type: "function", status: "completed", finished_at: noon }));
      expect(await under.store.claim(aMessage(job), aClaim({ type: "action" }))).toEqual({ outcome: "gone", job });
    });

    test("a job of the claimer's type is claimed", async () => {
      const job = await stored(aJob({ type: "function" }));
      expect(await under.store.claim(aMessage(job), aClaim({ type: "function" }))).toMatchObject({
        outcome: "claimed",
      });
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
