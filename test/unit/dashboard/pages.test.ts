import { areMany, listedTenants } from "../../../dashboard/src/api/many.ts";
import type { ProductSummary } from "../../../dashboard/src/api/products.ts";
import { happened, isDuration } from "../../../dashboard/src/pages/clock/moves.ts";
import { isMixed, matching, shareOf, windowStart } from "../../../dashboard/src/pages/errors/groups.ts";
import { allows, commandsOf } from "../../../dashboard/src/pages/keys/commands.ts";
import { barsOf, everyWords, saidOf } from "../../../dashboard/src/pages/series/runs.ts";
import { byUrgency } from "../../../dashboard/src/webhook/words.ts";
import { requestLimits } from "../../../lambdas/core/kernel/request-limits.ts";
import type { JobSummary } from "../../../sdk/src/answers.ts";
import type { ErrorGroup, Series, Webhook } from "../../../sdk/src/index.ts";

describe("the page of errors", () => {
  const group = {
    fingerprint: "a",
    event: "order",
    code: "TIMEOUT",
    message: "It took <number> s.",
    count: 5,
  } as ErrorGroup;
  const failed = (code: string, provider_code?: string, message = "It took 30 s.") =>
    ({
      event: "order",
      error: { code, message, retryable: true, ...(provider_code && { provider_code }) },
    }) as JobSummary;

  test("lists a group's jobs by their message too", () => {
    const neighbours = ["The shop says 503.", "It took too long.", "It took 30 s and was cut."];
    const jobs = [
      ...neighbours.map((message) => failed("TIMEOUT", undefined, message)),
      failed("TIMEOUT", undefined, "It took 7.5 s."),
    ];
    expect(matching(jobs, group)).toEqual([jobs.at(-1)]);
    expect(matching([{ ...failed("TIMEOUT"), event: "other" }], group)).toEqual([]);
  });

  test("lists a group's jobs by their code and the provider's", () => {
    expect(matching([failed("TIMEOUT"), failed("TIMEOUT", "504"), failed("NOT_FOUND")], group)).toHaveLength(1);
    expect(matching([failed("TIMEOUT", "504")], { ...group, provider_code: "504" })).toHaveLength(1);
  });

  test("counts whole days in UTC", () => {
    const now = Date.UTC(2030, 0, 31, 9, 30);
    expect(windowStart("1d", now)).toBe(Date.UTC(2030, 0, 31));
    expect(windowStart("7d", now)).toBe(Date.UTC(2030, 0, 25));
    expect(windowStart("nonsense", now)).toBe(Date.UTC(2030, 0, 25));
    expect(windowStart("constructor", now)).toBe(Date.UTC(2030, 0, 25));
  });

  test("draws bars relative to the largest group, and none empty", () => {
    expect(shareOf(5, [group])).toBe(100);
    expect(shareOf(1, [{ ...group, count: 1_000 }])).toBe(2);
    expect(isMixed({ ...group, fingerprint: "other" })).toBe(true);
  });
});

describe("the page of series", () => {
  const runs: Series["last_runs"] = [
    { run: 3, scheduled_at: 0, status: "failed", duration_ms: 50, lateness_ms: 2 },
    { run: 2, scheduled_at: 0, status: "completed", duration_ms: 100 },
    { run: 1, scheduled_at: 0, status: "cancelled" },
  ];

  test("draws runs as bars, the oldest first, by their durations", () => {
    expect(barsOf(runs).map(({ run, height }) => [run, height])).toEqual([
      [1, 0.14],
      [2, 1],
      [3, 0.5],
    ]);
    expect(barsOf(runs)[2]?.words).toBe("run 3 failed, in 50 ms, 2 ms late");
  });

  test("says runs and intervals in words", () => {
    expect(saidOf(runs)).toBe("3 runs: 1 failed, 1 completed, 1 cancelled");
    expect(saidOf([])).toBe("No run yet");
    expect(everyWords(5_000)).toBe("Every 5 s");
    expect(everyWords(90_000)).toBe("Every 1 m 30 s");
  });
});

describe("the page of keys", () => {
  const me = { caller: "c", verbs: ["jobs:read"], products: ["shop"], envs: ["*"], version: "1" };

  test("lets an admin key do everything", () => {
    expect(allows(me, "jobs:write")).toBe(false);
    expect(allows({ ...me, verbs: ["jobs:admin"] }, "jobs:input")).toBe(true);
  });

  test("names in its command what the key reaches", () => {
    const { Create, List } = commandsOf(me, true);
    expect(Create).toContain("--products shop --envs '*'");
    expect(List).toBe("npm run -s keys -- list --local");
    expect(commandsOf(me, false).List).toBe("npm run -s keys -- list");
  });
});

describe("the list of webhooks", () => {
  const hook = (webhook: string, state: Webhook["state"]): Webhook => ({
    product_tag: "shop",
    env: "prd",
    webhook,
    events: [],
    state,
  });

  test("begins with those that need attention", () => {
    const sorted = byUrgency([hook("b", "enabled"), hook("a", "enabled"), hook("c", "failing"), hook("d", "disabled")]);
    expect(sorted.map(({ webhook }) => webhook).join("")).toBe("dcab");
  });
});

describe("the page of the clock", () => {
  test.each([
    ["30d", true],
    ["1h 30m", true],
    ["1.5h", true],
    ["", false],
    ["soon", false],
    ["5", false],
  ])("%p is a duration: %p", (text, is) => {
    expect(isDuration(text)).toBe(is);
  });

  test("says what happened on the way", () => {
    expect(happened({ scheduled: 3, started: 1_200, completed: 2 })).toBe("1,200 started, 2 completed");
    expect(happened({})).toBe("no job was due");
  });
});

test("of more products and envs than the API lists at once, the list of jobs shows one", () => {
  const products = (envs: string[]): ProductSummary[] =>
    Array.from({ length: 10 }, (_, i) => ({ tag: `p${i}`, envs, events: [] }));
  expect(listedTenants).toBe(requestLimits.listedTenants);
  expect([areMany(products(["dev", "prd"])), areMany(products(["dev", "stg", "prd"]))]).toEqual([false, true]);
});
