import type { Repeat } from "../../../../lambdas/core/job/job.ts";
import { defaultRetryPolicy } from "../../../../lambdas/core/job/retry.ts";
import { firstOccurrence } from "../../../../lambdas/core/job/series.ts";
import { localIso } from "../../../../lambdas/core/kernel/zone.ts";
import { costOf } from "../../../../lambdas/core/queries/cost.ts";
import { fireTimes } from "../../../../lambdas/core/queries/fire-times.ts";
import { retryTimetable } from "../../../../lambdas/core/queries/retry-timetable.ts";

const cron = (pattern: string, tz?: string, more: Partial<Repeat> = {}): Repeat => ({
  cron: pattern,
  ...(tz && { tz }),
  overlap: "skip",
  anchor: 0,
  ...more,
});
const from = (repeat: Repeat, start: string, count: number) =>
  fireTimes(firstOccurrence(repeat, Date.parse(start)) ?? 0, repeat, count);
const noted = (repeat: Repeat, start: string, count: number) =>
  from(repeat, start, count).map(({ local, note }) => `${local.slice(5, 16)} ${note ?? "-"}`);

describe("the explained fire times", () => {
  it("of a one-time job is its time, in UTC", () => {
    expect(fireTimes(Date.parse("2030-01-31T09:00:00.5Z"), undefined, 10)).toEqual([
      { at: Date.parse("2030-01-31T09:00:00.5Z"), local: "2030-01-31T09:00:00.500Z" },
    ]);
  });

  it("of a series are as many as asked for, its limit and end date kept", () => {
    const hourly: Repeat = { every: 3_600_000, anchor: 0, overlap: "skip" };
    expect(fireTimes(0, hourly, 10)).toHaveLength(10);
    expect(fireTimes(0, { ...hourly, limit: 3 }, 10)).toHaveLength(3);
    expect(fireTimes(0, { ...hourly, end_date: 7_200_000 }, 10).map(({ at }) => at)).toEqual([0, 3_600_000, 7_200_000]);
  });

  it("are written in the time zone of the series", () => {
    expect(from(cron("0 9 * * *", "Asia/Kolkata"), "2026-01-01T00:00:00Z", 1)).toEqual([
      { at: Date.parse("2026-01-01T03:30:00Z"), local: "2026-01-01T09:00:00.000+05:30" },
    ]);
    expect(localIso(Date.parse("2026-07-01T12:00:00Z"), "America/St_Johns")).toBe("2026-07-01T09:30:00.000-02:30");
  });

  it("say where a time of day is missing", () => {
    expect(noted(cron("30 2 * * *", "Europe/Berlin"), "2026-03-28T00:00:00Z", 3)).toEqual([
      "03-28T02:30 -",
      "03-29T03:00 The clocks go forward from 02:00 to 03:00: 02:30 does not exist on this day, so it runs at 03:00.",
      "03-30T02:30 -",
    ]);
    expect(noted(cron("0 0 * * *", "America/Santiago"), "2026-09-05T12:00:00Z", 1)).toEqual([
      "09-06T01:00 The clocks go forward from 00:00 to 01:00: 00:00 does not exist on this day, so it runs at 01:00.",
    ]);
  });

  it("say where several times of day are missing", () => {
    expect(noted(cron("0,30 2,14 * * *", "Europe/Berlin"), "2026-03-28T23:00:00Z", 2)).toEqual([
      "03-29T03:00 The clocks go forward from 02:00 to 03:00: for the times in between it runs once, at 03:00.",
      "03-29T14:00 -",
    ]);
  });

  it("say which times are left out, and nothing of those beside a gap", () => {
    expect(noted(cron("0,30 2,3 * * *", "Europe/Berlin"), "2026-03-29T00:00:00Z", 2)).toEqual([
      "03-29T03:00 The clocks go forward from 02:00 to 03:00: times in between are skipped.",
      "03-29T03:30 -",
    ]);
    expect(noted(cron("0 3 * * *", "Europe/Berlin"), "2026-03-29T00:00:00Z", 1)).toEqual(["03-29T03:00 -"]);
  });

  it("say when a time of day occurs twice", () => {
    expect(noted(cron("30 2 * * *", "Europe/Berlin"), "2026-10-25T00:00:00Z", 2)).toEqual([
      "10-25T02:30 The clocks go back: 02:30 comes twice on this day; it runs the first time only.",
      "10-26T02:30 The clocks go back by 1 h between the previous run and this one, so it runs that much later.",
    ]);
    expect(noted(cron("30 * * * *", "Europe/Berlin"), "2026-10-25T00:00:00Z", 3)).toEqual([
      "10-25T02:30 The clocks go back: 02:30 comes twice on this day; this is the first time, and it runs both times.",
      "10-25T02:30 The clocks go back: 02:30 comes twice on this day; this is the second time.",
      "10-25T03:30 -",
    ]);
    expect(noted(cron("45 1 * * *", "Australia/Lord_Howe"), "2026-04-04T00:00:00Z", 1)).toEqual([
      "04-05T01:45 The clocks go back: 01:45 comes twice on this day; it runs the first time only.",
    ]);
  });

  it("say where the clocks change between two times", () => {
    expect(noted(cron("0 9 * * *", "Europe/Berlin"), "2026-03-28T00:00:00Z", 3)).toEqual([
      "03-28T09:00 -",
      "03-29T09:00 The clocks go forward by 1 h between the previous run and this one, so it runs that much sooner.",
      "03-30T09:00 -",
    ]);
    expect(noted(cron("0 9 * * *"), "2026-03-28T00:00:00Z", 2)).toEqual(["03-28T09:00 -", "03-29T09:00 -"]);
  });
});

describe("the explained timetable of retries", () => {
  it("spans from no jitter at once to all of it after timeouts", () => {
    expect(retryTimetable(defaultRetryPolicy, 3, 10_000)).toEqual([
      { attempt: 1, earliest_ms: 0, latest_ms: 0 },
      { attempt: 2, earliest_ms: 0, latest_ms: 11_000 },
      { attempt: 3, earliest_ms: 0, latest_ms: 23_000 },
      { attempt: 4, earliest_ms: 0, latest_ms: 37_000 },
    ]);
  });

  it("varies by timeouts only without jitter", () => {
    const policy = { ...defaultRetryPolicy, jitter: false, initial_delay: 1000, max_delay: 1500 };
    expect(retryTimetable(policy, 2, 100)).toEqual([
      { attempt: 1, earliest_ms: 0, latest_ms: 0 },
      { attempt: 2, earliest_ms: 1000, latest_ms: 1100 },
      { attempt: 3, earliest_ms: 2500, latest_ms: 2700 },
    ]);
  });

  it("spans the random part of each delay", () => {
    expect(retryTimetable({ ...defaultRetryPolicy, jitter_percent: 0.25 }, 2, 100)).toEqual([
      { attempt: 1, earliest_ms: 0, latest_ms: 0 },
      { attempt: 2, earliest_ms: 750, latest_ms: 1100 },
      { attempt: 3, earliest_ms: 2250, latest_ms: 3200 },
    ]);
  });

  it("has one attempt for a job without retries", () => {
    expect(retryTimetable(defaultRetryPolicy, 0, 100)).toEqual([{ attempt: 1, earliest_ms: 0, latest_ms: 0 }]);
  });
});

describe("the explained cost of a job", () => {
  const queue = { via: "queue", delaySeconds: 0 } as const;
  const small = { route: queue, immediate: true, inputBytes: 100, memoryMb: 256 };
  const lineOf = (cost: ReturnType<typeof costOf>, word: string) =>
    cost.breakdown.find(({ what }) => what.startsWith(word));

  it("is the sum of its lines", () => {
    const cost = costOf(small);
    const sum = cost.breakdown.reduce((total, line) => total + line.usd_per_million, 0);
    expect(cost.usd_per_million).toBeCloseTo(sum, 2);
    expect(cost).toMatchObject({ region: "us-east-1", prices_as_of: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
  });

  it("equals a count by hand for a small job now", () => {
    // 1 request 1.00, 2 Lambda requests 0.40, 0.025 + 0.05 GB-s 1.00, 4 + 3 writes 4.375, 3 SQS requests 1.50, 1 event 1.00
    expect(costOf(small).usd_per_million).toBeCloseTo(9.28, 1);
  });

  it("grows with the input, in the table up to 4 KB and then in S3", () => {
    expect(lineOf(costOf({ ...small, inputBytes: 4096 }), "DynamoDB: writes that create")?.count).toBe(16);
    const large = costOf({ ...small, inputBytes: 4097 });
    expect(lineOf(large, "DynamoDB: writes that create")?.count).toBe(4);
    expect(lineOf(large, "S3: storing the input")).toMatchObject({ usd_per_million: 5 });
  });

  it("includes the wait of a later job, and a far one's schedule", () => {
    const soon = costOf({ ...small, immediate: false });
    expect(lineOf(soon, "Lambda: the consumer")?.count).toBe(0.175);
    const far = costOf({ ...small, immediate: false, route: { via: "scheduler", at: 1 } });
    expect(lineOf(far, "EventBridge Scheduler")).toMatchObject({ usd_per_million: 1 });
    expect(lineOf(far, "SQS")?.count).toBe(6);
    expect(lineOf(costOf(small), "EventBridge Scheduler")).toBeUndefined();
  });
});
