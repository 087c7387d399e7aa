import {
  covers,
  drainSlotsOf,
  holding,
  isHolding,
  isLeftToPause,
  type Pause,
  pauseEndOf,
  pauseId,
  pauseKnownMs,
  pauseOf,
} from "../../../../lambdas/core/job/pause.ts";
import { aPause } from "../../../support/a-pause.ts";
import { aJob, noon } from "../../../support/builders.ts";

const job = aJob();
const { product, env, event } = job;

describe("the scope of a pause", () => {
  it.each<[string, Partial<Pause>, boolean]>([
    ["its product", {}, true],
    ["its env", { env }, true],
    ["its event", { event }, true],
    ["both", { env, event }, true],
    ["another product", { product: "other" }, false],
    ["another env", { env: "other" }, false],
    ["another event", { event: "other" }, false],
    ["its event in another env", { env: "other", event }, false],
  ])("of %s", (_, scope, expected) => {
    expect(covers(aPause(scope), job)).toBe(expected);
  });

  it.each<[string, Partial<Pause>, boolean]>([
    ["one of its limits", { limit: "customer" }, true],
    ["its key of a limit", { limit: "customer", key: "C-7" }, true],
    ["its key of a limit in its env", { env, limit: "customer", key: "C-7" }, true],
    ["another key of its limit", { limit: "customer", key: "C-8" }, false],
    ["its key of another limit", { limit: "partner", key: "C-7" }, false],
    ["a limit that it does not pass", { limit: "mailbox" }, false],
    ["its key in another env", { env: "other", limit: "customer", key: "C-7" }, false],
  ])("of %s, for a job with limits", (_, scope, expected) => {
    const gates = [
      { limit: "customer", key: "C-7" },
      { limit: "partner", key: "" },
    ];
    expect(covers(aPause(scope), { ...job, gates })).toBe(expected);
    expect(covers(aPause(scope), job)).toBe(false);
  });

  it("gives each scope a distinct and stable id", () => {
    const limit = { product, limit: "customer" };
    const scopes = [
      ...[{ product }, { product, env }, { product, event }, { product, env, event }, { product: env }],
      ...[limit, { ...limit, key: "a" }, { ...limit, env }, { ...limit, key: "a\nb" }, { product, event: "customer" }],
    ];
    const ids = scopes.map(pauseId);
    expect(new Set(ids).size).toBe(scopes.length);
    expect(ids).toEqual(scopes.map(pauseId));
    for (const id of ids) expect(id).toMatch(/^pause_[0-9a-f]{32}$/);
    // Pauses of earlier versions keep theirs.
    expect(pauseId({ product: "shop", env: "prd" })).toBe("pause_5208ca687870c123e70c3e0c25e8cc34");
  });
});

describe("the end of a pause", () => {
  it("is when it was ended, else the time that it was given", () => {
    expect(pauseEndOf(aPause(), noon)).toBeUndefined();
    expect(pauseEndOf(aPause({ until: noon + 1 }), noon)).toBeUndefined();
    expect(pauseEndOf(aPause({ until: noon }), noon)).toBe(noon);
    expect(pauseEndOf(aPause({ until: noon, ended_at: noon - 5 }), noon)).toBe(noon - 5);
    expect(isHolding(aPause({ until: noon }), noon - 1)).toBe(true);
  });

  it("is for several pauses that of the longest", () => {
    const [short, long, endless] = [aPause({ until: noon + 1 }), aPause({ until: noon + 2, env }), aPause({ event })];
    expect(holding([short, long], job, noon)).toBe(long);
    expect(holding([endless, short, long], job, noon)).toBe(endless);
    expect(holding([aPause({ ended_at: noon })], job, noon)).toBeUndefined();
  });
});

describe("whether a job waits for a pause:", () => {
  it.each<[string, Partial<typeof job>, boolean]>([
    ["when its time has come", { status: "scheduled", due_at: noon }, true],
    ["not before its time", { status: "scheduled", due_at: noon + 1 }, false],
    ["not while it runs", { status: "running", claim_id: "c", lease_until: noon + 9 }, false],
    ["when it is a feature between two steps", { status: "running", lease_until: 0, wake_at: noon + 99 }, true],
    ["not when it has ended", { status: "completed", finished_at: noon }, false],
    ["not when it is paused itself", { status: "paused" }, false],
  ])("%s", (_, state, expected) => {
    const { claim_id: _claim, ...rest } = job;
    expect(pauseOf([aPause()], { ...rest, ...state }, noon) !== undefined).toBe(expected);
  });
});

describe("what the reconciler leaves to a pause:", () => {
  const waiting = aJob({ status: "scheduled" });
  it.each<[string, Partial<Pause>, Partial<typeof job>, boolean]>([
    ["whatever it holds", {}, {}, true],
    ["nothing of another scope", { event: "other" }, {}, false],
    ["what was due when it ended", { ended_at: noon }, { due_at: noon }, true],
    ["what was due before the consumers knew of the end", { ended_at: noon }, { due_at: noon + pauseKnownMs }, true],
    ["nothing that was due later", { ended_at: noon }, { due_at: noon + pauseKnownMs + 1 }, false],
    ["no crashed attempt of one that has ended", { ended_at: noon }, { status: "running", claim_id: "c" }, false],
  ])("%s", (_, pause, state, expected) => {
    expect(isLeftToPause([aPause(pause)], { ...waiting, ...state }, noon)).toBe(expected);
  });
});

describe("the start times after a pause", () => {
  it("begin once every consumer knows of the end, and keep the rate", () => {
    const pause = aPause({ ended_at: noon, drain_per_second: 4 });
    const { slots, next_at } = drainSlotsOf(pause, 3, noon);
    expect([...slots, next_at].map((at) => at - noon - pauseKnownMs)).toEqual([0, 250, 500, 750]);
  });

  it("continue where the last page ended, and never in the past", () => {
    const pause = aPause({ ended_at: noon, drain_per_second: 2, drain: { next_at: noon + 60_000, sent: 100 } });
    expect(drainSlotsOf(pause, 2, noon).slots).toEqual([noon + 60_000, noon + 60_500]);
    expect(drainSlotsOf(pause, 2, noon + 90_000).slots).toEqual([noon + 90_000, noon + 90_500]);
    expect(drainSlotsOf(pause, 0, noon + 90_000)).toEqual({ slots: [], next_at: noon + 90_000 });
  });
});
