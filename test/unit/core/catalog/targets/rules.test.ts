import type { Member } from "../../../../../lambdas/core/catalog/targets/group.ts";
import { groupShown } from "../../../../../lambdas/core/catalog/targets/group-view.ts";
import { movesOn } from "../../../../../lambdas/core/catalog/targets/moves-on.ts";
import { fractionOf, targetOrderOf } from "../../../../../lambdas/core/catalog/targets/order.ts";
import { Outages, preferred } from "../../../../../lambdas/core/catalog/targets/outages.ts";
import { JobError, type JobErrorCode } from "../../../../../lambdas/core/job/job-error.ts";

const members = (weights: Record<string, number | undefined>): Member[] =>
  Object.entries(weights).map(([name, weight]) => ({ name, target: {}, weight }));
const named = (of: readonly Member[]) => of.map(({ name }) => name);
const error = (code: JobErrorCode, options: ConstructorParameters<typeof JobError>[2] = {}) =>
  new JobError(code, "it failed", options);

describe("the order of a group's targets", () => {
  test("without weights is that of the list, for any job", () => {
    const group = { members: members({ a: undefined, b: undefined, c: undefined }) };
    for (const seed of ["one", "two", "three"]) expect(named(targetOrderOf(group, seed))).toEqual(["a", "b", "c"]);
  });

  test("with weights gives each target its share within a percent", () => {
    const group = { members: members({ a: 70, b: 25, c: 5, spare: 0 }) };
    const first = Array.from({ length: 10_000 }, (_, i) => targetOrderOf(group, `job_${i}/1/1`)[0]?.name);
    const shareOf = (name: string) => first.filter((one) => one === name).length / first.length;
    expect(shareOf("a")).toBeCloseTo(0.7, 1.7);
    expect(shareOf("b")).toBeCloseTo(0.25, 1.7);
    expect(shareOf("c")).toBeCloseTo(0.05, 1.7);
    expect(shareOf("spare")).toBe(0);
  });

  test("with weights goes on with the others, the heaviest first", () => {
    const group = { members: members({ spare: 0, light: 1, heavy: 9 }) };
    const orders = Array.from({ length: 100 }, (_, i) => named(targetOrderOf(group, `job_${i}`)).join());
    expect(new Set(orders)).toEqual(new Set(["heavy,light,spare", "light,heavy,spare"]));
    expect(orders).toEqual(Array.from({ length: 100 }, (_, i) => named(targetOrderOf(group, `job_${i}`)).join()));
  });

  test("spreads ids that differ in one digit", () => {
    const values = Array.from({ length: 1000 }, (_, i) => fractionOf(`0198c2f4-7a6e-7b3c-9d1e-2f3a4b5c${i}`));
    const perTenth = Array.from(
      { length: 10 },
      (_, tenth) => values.filter((v) => Math.floor(v * 10) === tenth).length,
    );
    for (const count of perTenth) expect(Math.abs(count - 100)).toBeLessThan(40);
  });

  test("is shown with weights and shares", () => {
    const group = { section: "apps", members: members({ light: 1, heavy: 3 }) };
    expect(groupShown({ group })).toEqual({
      targets: [
        { name: "heavy", order: 1, weight: 3, share: 0.75 },
        { name: "light", order: 2, weight: 1, share: 0.25 },
      ],
    });
    expect(groupShown({})).toEqual({});
  });
});

describe("another target of a group is tried", () => {
  test.each<[JobErrorCode, Parameters<typeof error>[1]]>([
    ["SERVICE_UNAVAILABLE", {}],
    ["RATE_LIMITED", { retryAfterMs: 1000 }],
    ["UNAUTHORIZED", {}],
    ["CONNECTION_ERROR", {}],
    ["TIMEOUT", {}],
  ])("after a failure that proves that nothing was done: %s %o", (code, options) => {
    expect(movesOn({}, error(code, { ...options, nothingDone: true }), false)).toBe(true);
  });

  test.each<[JobErrorCode, Parameters<typeof error>[1]]>([
    ["TIMEOUT", {}],
    ["CONNECTION_ERROR", { providerCode: "ECONNREFUSED" }],
    ["CONNECTION_ERROR", {}],
    ["SERVICE_UNAVAILABLE", {}],
    ["SERVICE_UNAVAILABLE", { nothingDone: false }],
    ["RATE_LIMITED", { retryAfterMs: 1000 }],
    ["UNAUTHORIZED", {}],
  ])("after a failure that may have done it only if that is harmless: %s %o", (code, options) => {
    expect(movesOn({}, error(code, options), false)).toBe(false);
    expect(movesOn({}, error(code, options), true)).toBe(true);
  });

  test.each<JobErrorCode>(["VALIDATION_ERROR", "NOT_FOUND", "FORBIDDEN", "CONFIGURATION_ERROR", "PROVIDER_ERROR"])(
    "not after %s, which another target would not mend",
    (code) => {
      expect(movesOn({}, error(code, { nothingDone: true }), true)).toBe(false);
    },
  );

  test("after the codes that the group names, and no others", () => {
    const group = { on: ["TIMEOUT", "FORBIDDEN"] as const };
    expect(movesOn(group, error("TIMEOUT"), false)).toBe(true);
    expect(movesOn(group, error("FORBIDDEN"), false)).toBe(true);
    expect(movesOn(group, error("SERVICE_UNAVAILABLE"), true)).toBe(false);
  });
});

describe("a target that has failed", () => {
  const order = (outages: Outages, now: number) =>
    preferred(members({ a: undefined, b: undefined, c: undefined }), ({ name }) => outages.until(name, now));

  test("is used last for a minute, and then has its place again", () => {
    const outages = new Outages();
    outages.failed("a", 0);
    const out = order(outages, 59_999);
    expect([named(out.order), out.leftOut]).toEqual([["b", "c", "a"], ["a"]]);
    const back = order(outages, 60_000);
    expect([named(back.order), back.leftOut]).toEqual([["a", "b", "c"], []]);
  });

  test("is used last for its Retry-After, up to an hour", () => {
    const outages = new Outages();
    outages.failed("a", 0, 120_000);
    outages.failed("b", 0, 86_400_000);
    expect(outages.until("a", 60_000)).toBe(120_000);
    expect(outages.until("b", 60_000)).toBe(3_600_000);
  });

  test("is still used if all have failed, beginning with the one back first", () => {
    const outages = new Outages();
    outages.failed("c", 0);
    outages.failed("a", 1);
    outages.failed("b", 2);
    const out = order(outages, 10);
    expect([named(out.order), out.leftOut]).toEqual([
      ["c", "a", "b"],
      ["a", "b"],
    ]);
  });

  test("has its place again once it has worked", () => {
    const outages = new Outages();
    outages.failed("a", 0);
    outages.isBack("a");
    expect(named(order(outages, 1).order)).toEqual(["a", "b", "c"]);
  });

  test("is forgotten after a thousand others", () => {
    const outages = new Outages();
    for (let i = 0; i <= 1000; i++) outages.failed(`t${i}`, 0);
    expect([outages.until("t0", 1), outages.until("t1", 1)]).toEqual([undefined, 60_000]);
  });
});
