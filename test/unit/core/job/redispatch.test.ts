import { comesOfAge, needsRedispatch, positionComesOfAge } from "../../../../lambdas/core/job/redispatch.ts";
import { aJob, noon } from "../../../support/builders.ts";

const minute = 60_000;
const aWindow = (since: number, until: number) => ({ since, until, graceMs: minute });

/** The minutes after noon at which a reconciler that runs every minute redispatches a job lost at `lostAt`. */
function redispatches(lostAt: number, minutes: number): number[] {
  const found = [];
  for (let m = 0; m <= minutes; m++) {
    if (comesOfAge(lostAt, aWindow(noon + (m - 1) * minute, noon + m * minute))) found.push(m);
  }
  return found;
}

describe("a lost job is redispatched", () => {
  it("at once, then at doubling intervals, and finally every 32 minutes", () => {
    expect(redispatches(noon, 140)).toEqual([0, 1, 3, 7, 15, 31, 63, 95, 127]);
  });

  it("equally often, at whatever second it was lost", () => {
    for (const offset of [1, 17_123, 59_999]) expect(redispatches(noon + offset, 140)).toHaveLength(9);
  });

  it("once per age, however irregular the reconciler's rounds are", () => {
    const rounds = [0, 59_999, 60_000, 60_001, 200_000, 200_000, 200_001, 1_000_000, 1_000_001].map((ms) => noon + ms);
    const found = rounds.slice(1).filter((until, i) => comesOfAge(noon, aWindow(rounds[i] as number, until)));
    expect(found.map((at) => at - noon)).toEqual([60_000, 200_000, 1_000_000]);
  });

  it("at the very millisecond of an age and not one before", () => {
    expect(comesOfAge(noon, aWindow(noon - 1, noon))).toBe(true);
    expect(comesOfAge(noon + 1, aWindow(noon - 1, noon))).toBe(false);
    expect(comesOfAge(noon, aWindow(noon, noon + minute - 1))).toBe(false);
    expect(comesOfAge(noon, aWindow(noon + minute - 1, noon + minute))).toBe(true);
  });

  it("whatever its age if there is no earlier round", () => {
    const cold = aWindow(Number.NEGATIVE_INFINITY, noon);
    expect(comesOfAge(noon, cold)).toBe(true);
    expect(comesOfAge(noon - 86_400_000, cold)).toBe(true);
    expect(comesOfAge(noon + 1, cold)).toBe(false);
  });

  it("not in a second round for the same moment, or after the clock went back", () => {
    expect(comesOfAge(noon - 5, aWindow(noon, noon))).toBe(false);
    expect(comesOfAge(noon, aWindow(noon + 1, noon - 1))).toBe(false);
  });
});

describe("the loss of a job", () => {
  const at = (until: number) => aWindow(until - minute, until);

  it("that waits is seen a grace after its time, without a read of the job", () => {
    const job = aJob({ due_at: noon });
    expect(needsRedispatch(job, at(noon + minute - 1))).toBe(false);
    expect(needsRedispatch(job, at(noon + minute))).toBe(true);
    expect(positionComesOfAge(noon, at(noon + minute))).toBe(true);
  });

  it("that a consumer holds is seen when its lease ends, and then by its time too", () => {
    const job = aJob({ status: "running", claim_id: "c", lease_until: noon + 5 * minute });
    expect(needsRedispatch(job, at(noon + 2 * minute))).toBe(false);
    expect(needsRedispatch(job, at(noon + 5 * minute + 1))).toBe(true);
    expect(needsRedispatch(job, at(noon + 6 * minute))).toBe(true);
    expect(needsRedispatch(job, at(noon + 7 * minute))).toBe(false);
    expect(needsRedispatch(job, at(noon + 8 * minute))).toBe(true);
  });

  it("that is parked is seen a grace after it should have woken", () => {
    const job = aJob({ status: "running", lease_until: 0, wake_at: noon });
    expect(needsRedispatch(job, at(noon + minute))).toBe(true);
    expect(needsRedispatch(job, at(noon + 3 * minute))).toBe(false);
  });

  it.each(["paused", "completed", "failed", "cancelled"] as const)("is impossible if it is %s", (status) => {
    expect(needsRedispatch(aJob({ status, due_at: noon - 1e9 }), aWindow(Number.NEGATIVE_INFINITY, noon))).toBe(false);
  });
});
