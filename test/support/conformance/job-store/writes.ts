import { describe, expect, test } from "@jest/globals";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { attemptFailed, cancelled, completed } from "../../../../lambdas/core/job/transitions.ts";
import { aJob, aMessage, noon } from "../../builders.ts";
import { aClaim, leased, like, type StoreInUse } from "./under-test.ts";

/** Writes that replace or remove a job, fenced by the write they were made from. */
export function describeWrites(under: StoreInUse): void {
  const { stored } = under;

  describe("replace", () => {
    test("a job's next state replaces the one that it was made from", async () => {
      const job = await stored(leased(noon));
      const next = completed(job, noon, { inline: { ok: true } });
      expect(await under.store.replace(next)).toBe("replaced");
      expect(await under.store.get(job.id)).toEqual(like(next));
    });

    test("a write gets a fresh write_id", async () => {
      const job = await stored(aJob());
      await under.store.replace({ ...job, version: 2 });
      expect((await under.store.get(job.id))?.write_id).not.toBe(job.write_id);
    });

    test("a write that is repeated under its id is recognised, even after a claim", async () => {
      const job = await stored(aJob());
      const next = { ...job, version: 2, due_at: noon };
      expect(await under.store.replace(next, "the same")).toBe("replaced");
      expect(await under.store.replace(next, "the same")).toBe("replaced");
      await under.store.claim(aMessage(next), aClaim());
      expect(await under.store.replace(next, "the same")).toBe("replaced");
      expect(await under.store.replace(next, "another")).toBe("lost");
      expect(await under.store.get(job.id)).toMatchObject({ status: "running", version: 3 });
    });

    test("fields that the next state lacks are removed", async () => {
      const job = await stored(leased(noon));
      await under.store.replace(cancelled(job, noon, "no longer wanted"));
      const read = await under.store.get(job.id);
      expect(read).not.toHaveProperty("claim_id");
      expect(read).not.toHaveProperty("lease_until");
    });

    test("a state made from an older one is refused as lost", async () => {
      const job = await stored(aJob());
      const next = cancelled(job, noon, "first");
      await under.store.replace(next);
      expect(await under.store.replace(cancelled(job, noon, "second"))).toBe("lost");
      expect((await under.store.get(job.id))?.reason).toBe("first");
    });

    test("a consumer whose lease was taken over changes nothing", async () => {
      const job = await stored(leased(noon - 1));
      await under.store.claim(aMessage(job), aClaim({ claimId: "the next consumer" }));
      expect(await under.store.replace(completed(job, noon, { inline: 1 }))).toBe("lost");
      expect(await under.store.get(job.id)).toMatchObject({ status: "running", claim_id: "the next consumer" });
    });

    test("replacing does not bring back a removed job", async () => {
      const job = aJob();
      expect(await under.store.replace({ ...job, version: 2 })).toBe("lost");
      expect(await under.store.get(job.id)).toBeUndefined();
    });

    test("a replacement does not overwrite a new job under a removed one's id", async () => {
      const removed = await stored(aJob());
      await under.store.remove(removed);
      const successor = { ...removed, created_at: removed.created_at + 1 };
      await under.store.create(successor);
      expect(await under.store.replace(cancelled(removed, noon, "of the removed one"))).toBe("lost");
      expect(await under.store.get(removed.id)).toEqual(like(successor));
    });

    test("nor one that was made in the same millisecond", async () => {
      const removed = await stored(aJob());
      await under.store.remove(removed);
      const successor = { ...removed, write_id: crypto.randomUUID() };
      await under.store.create(successor);
      expect(await under.store.replace(cancelled(removed, noon, "of the removed one"))).toBe("lost");
      expect(await under.store.replace(cancelled(successor, noon, "its own"))).toBe("replaced");
    });

    test("a failed attempt can be claimed only by its next message", async () => {
      const job = await stored(leased(noon));
      const next = attemptFailed(job, noon, { error: new JobError("TIMEOUT", "slow"), random: 0.5 });
      await under.store.replace(next);
      expect(await under.store.claim(aMessage(job), aClaim())).toEqual({ outcome: "gone", job: like(next) });
      expect(await under.store.claim(aMessage(next), aClaim())).toMatchObject({ outcome: "claimed" });
    });
  });

  describe("remove", () => {
    test("a job is deleted if its last write is still the same", async () => {
      const job = await stored(aJob());
      expect(await under.store.remove(job)).toBe("removed");
      expect(await under.store.get(job.id)).toBeUndefined();
    });

    test("an absent job counts as removed", async () => {
      expect(await under.store.remove(aJob())).toBe("removed");
    });

    test("a job that was claimed meanwhile is not removed", async () => {
      const job = await stored(aJob());
      await under.store.claim(aMessage(job), aClaim());
      expect(await under.store.remove(job)).toBe("lost");
      expect(await under.store.get(job.id)).toMatchObject({ status: "running" });
    });

    test("a job with another write_id of the same version is not removed", async () => {
      const job = await stored(aJob());
      expect(await under.store.remove({ ...job, write_id: crypto.randomUUID() })).toBe("lost");
      expect(await under.store.get(job.id)).toEqual(job);
    });
  });
}
