import { attemptTurn, isOrphaned } from "../../../../lambdas/core/limits/gate.ts";
import { aJob, noon } from "../../../support/builders.ts";

describe("a slot", () => {
  const job = aJob({ status: "scheduled", due_at: noon });
  const slot = { lease: noon + 60_000, turn: attemptTurn(job) };

  // The clock of the reconciler may be behind that of the consumer that takes the slot for a job which is due by then.
  it.each([1, 100, 6000])("is that of a job which is due in %d ms, since clocks differ", (ms) => {
    expect(isOrphaned(slot, job, noon - ms)).toBe(false);
  });

  it("belongs to nobody once its job was moved to a later time", () => {
    expect(isOrphaned(slot, { ...job, due_at: noon + 60_000 }, noon)).toBe(true);
  });

  it("whose job is deleted belongs to the attempt that took it, which may still be at work, and is free if none did", () => {
    expect(isOrphaned(slot, undefined, noon)).toBe(false);
    expect(isOrphaned({ ...slot, given: true }, undefined, noon)).toBe(true);
  });
});
