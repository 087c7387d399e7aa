import { can } from "../../../dashboard/src/api/can.ts";
import { actionsFor } from "../../../dashboard/src/job/actions.ts";
import { actionAsCode } from "../../../dashboard/src/job/as-code.ts";
import { awsLinks } from "../../../dashboard/src/job/aws-links.ts";
import { durationOf, isSettled, latenessOf, retryOf, waitingFor } from "../../../dashboard/src/job/states.ts";
import { reschedulingOf, seriesFieldsOf } from "../../../dashboard/src/pages/job/rescheduling.ts";
import { barHeights } from "../../../dashboard/src/pages/job/run-bars.ts";
import { axisOf, barsOf, placeOf } from "../../../dashboard/src/pages/job/timeline.ts";
import { spanOf, windows } from "../../../dashboard/src/pages/overview/window.ts";
import { ceilingOf } from "../../../dashboard/src/ui/ceiling.ts";
import type { Deployment, JobAttempt, JobSummary } from "../../../sdk/src/index.ts";

const namesFor = (status: JobSummary["status"], recurring = false) =>
  actionsFor({ status, recurring }).map(({ id }) => id);

test("a job's page offers what the status allows", () => {
  expect(namesFor("scheduled")).toEqual(["run-now", "cancel"]);
  expect(namesFor("scheduled", true)).toEqual(["run-now", "pause", "skip-next", "cancel"]);
  expect(namesFor("failed")).toEqual(["retry", "delete"]);
  expect(namesFor("paused", true)).toEqual(["resume", "cancel"]);
  expect(namesFor("completed")).toEqual(["delete"]);
});

test("a key may do what its scopes allow", () => {
  const me = { verbs: ["jobs:write" as const], products: ["shop"], envs: ["*"] };
  expect(can(me, "jobs:write", { product_tag: "shop", env: "prd" })).toBe(true);
  expect(can(me, "jobs:write", { product_tag: "bank" })).toBe(false);
  expect(can(me, "jobs:admin")).toBe(false);
  expect(can({ ...me, verbs: ["jobs:admin"] }, "jobs:input")).toBe(true);
  expect(can(undefined, "jobs:read")).toBe(false);
});

test("an action of a job's page is shown as code without the key", () => {
  const { curl, SDK } = actionAsCode("cancel", "job_1", "http://x", { reason: "it's off" });
  expect(curl).toContain("$DUCTAPE_API_KEY");
  expect(curl).toContain(`-d '{"reason":"it'\\''s off"}'`);
  expect(SDK).toBe(`await ductape.jobs.cancel("job_1", {"reason":"it's off"});`);
  expect(actionAsCode("delete", "job_1", "http://x").curl).toContain("-X DELETE http://x/v1/jobs/job_1 ");
});

test("a job's times are measured to the millisecond", () => {
  expect(latenessOf({ scheduled_at: 100, first_started_at: 169 })).toBe(69);
  expect(latenessOf({ scheduled_at: 100 })).toBeUndefined();
  // The clocks of the API and of a consumer may differ by a little.
  expect(latenessOf({ scheduled_at: 100, first_started_at: 97 })).toBe(0);
  expect(durationOf({ status: "completed", started_at: 169, finished_at: 711 }, 9_999)).toBe(542);
  expect(durationOf({ status: "running", started_at: 169 }, 269)).toBe(100);
  expect(waitingFor({ status: "scheduled", type: "action", attempt: 3 })).toBe("retry 2");
});

test("a job is as late as its first start, however often it is retried", () => {
  const attempt = (n: number, started_at: number) => ({ attempt: n, started_at }) as JobAttempt;
  const retried = { scheduled_at: 1_000, due_at: 700_000, started_at: 700_005 };
  expect(latenessOf({ ...retried, first_started_at: 1_040 })).toBe(40);
  expect(latenessOf({ ...retried, attempts: [attempt(1, 1_040), attempt(2, 700_005)] })).toBe(40);
  // Of a run with many attempts the first ones are no longer known, and the latest says nothing about it.
  expect(latenessOf({ ...retried, attempts: [attempt(9, 700_005)] })).toBeUndefined();
  expect(latenessOf(retried)).toBeUndefined();
  expect(latenessOf({ scheduled_at: 1_000, started_at: 1_007, attempts: [] })).toBe(7);
});

test("a failed job that waits for another attempt names that one", () => {
  expect(retryOf({ status: "scheduled", retrying: { attempt: 7, of: 9 } })).toBe("retrying 7/9");
  expect(retryOf({ status: "queued" })).toBeUndefined();
  expect(retryOf({ status: "running", retrying: { attempt: 7, of: 9 } })).toBeUndefined();
});

test("a job's page is refreshed often while the job is due soon or runs", () => {
  expect(isSettled({ status: "scheduled", due_at: 61_000 }, 0)).toBe(true);
  expect(isSettled({ status: "scheduled", due_at: 59_000 }, 0)).toBe(false);
  expect(isSettled({ status: "running", due_at: 0 }, 0)).toBe(false);
  expect(isSettled({ status: "completed", due_at: 0 }, 0)).toBe(true);
});

describe("the timeline of a job", () => {
  const failed = {
    attempt: 1,
    due_at: 1_000,
    started_at: 1_050,
    ended_at: 1_100,
    outcome: "failed" as const,
    duration_ms: 50,
    lateness_ms: 50,
  };

  test("has the attempts that ended and the one that waits", () => {
    const bars = barsOf({ attempts: [failed], status: "scheduled", attempt: 2, due_at: 3_000 }, 2_000);
    expect(bars.map(({ outcome, due }) => [outcome, due])).toEqual([
      ["failed", 1_000],
      ["waiting", 3_000],
    ]);
    const axis = axisOf(bars);
    expect([axis.from, axis.to]).toEqual([1_000, 3_000]);
    expect(axis.ticks.map(({ label }) => label)).toEqual([0, 500, 1_000, 1_500, 2_000]);
    expect(placeOf(2_000, axis)).toBe(50);
  });

  test("names the target of a fallback that ran an attempt", () => {
    const target = { name: "b", tried: [{ name: "a", code: "TIMEOUT" }] };
    const [bar] = barsOf({ attempts: [{ ...failed, target }], status: "failed", attempt: 1, due_at: 0 }, 0);
    expect(bar?.target).toEqual(target);
  });

  test("draws a running attempt until now", () => {
    const bars = barsOf({ attempts: [], status: "running", attempt: 1, due_at: 0, started_at: 10 }, 500);
    expect(bars).toEqual([{ attempt: 1, outcome: "running", due: 0, start: 10, end: 500 }]);
  });

  test("draws runs of different lengths apart, and those that did not run low", () => {
    expect(barHeights([10, 10_000, undefined])).toEqual([25, 100, 8]);
    expect(barHeights([10, 10])).toEqual([60, 60]);
  });
});

test("a rescheduled series keeps what stood beside its old rule", () => {
  const repeat = { cron: "0 9 * * *", tz: "Europe/Berlin", anchor: 0, limit: 3, overlap: "skip" as const };
  const to = reschedulingOf("2030-01-31T09:00:00Z", repeat, { ...seriesFieldsOf(repeat), rule: "0 8 * * *" });
  expect(to).toEqual({
    start_at: Date.UTC(2030, 0, 31, 9),
    repeat: { cron: "0 8 * * *", tz: "Europe/Berlin", limit: 3, overlap: "skip" },
  });
  expect(reschedulingOf("never", undefined, { rule: "", tz: "" })).toBeUndefined();
  expect(
    reschedulingOf("2030-01-31T09:00:00Z", { every: 5_000, anchor: 0, overlap: "skip" }, { rule: "10", tz: "" }),
  ).toBeUndefined();
});

test("a rescheduled series keeps its days without runs, its spread and what it does about missed runs", () => {
  const kept = {
    missed: "skip" as const,
    max_lateness_ms: 60_000,
    spread_ms: 5_000,
    except: ["holidays", "2030-12-24"],
  };
  const cron = { cron: "0 9 * * *", anchor: 0, overlap: "skip" as const, ...kept, offset_ms: 1_234 };
  const to = reschedulingOf("2030-01-31T09:00:00Z", cron, seriesFieldsOf(cron));
  expect(to?.repeat).toEqual({ cron: "0 9 * * *", overlap: "skip", ...kept });
  const every = { every: 60_000, anchor: 0, overlap: "queue" as const, ...kept };
  expect(reschedulingOf("2030-01-31T09:00:00Z", every, seriesFieldsOf(every))?.repeat).toEqual({
    every: 60_000,
    overlap: "queue",
    ...kept,
  });
});

test("a job's page links to the job in AWS", () => {
  const aws = {
    region: "eu-central-1",
    table: "Jobs",
    schedule_group: "jobs",
    queues: { action: "https://sqs.eu-central-1.amazonaws.com/1/a" },
    log_groups: { action: "/aws/lambda/action" },
  } as unknown as Deployment;
  const job = { job_id: "job_1", type: "action" as const, status: "scheduled" as const, created_at: 0 };
  const links = Object.fromEntries(awsLinks(aws, job, 0).map(({ name, url }) => [name, url]));
  expect(Object.keys(links)).toEqual(["Log lines", "Queue", "Schedule", "Item"]);
  expect(links.Item).toContain("pk=JOB%23job_1&sk=STATE&table=Jobs");
  expect(links.Queue).toContain("/queues/https%3A%2F%2Fsqs.eu-central-1.amazonaws.com%2F1%2Fa");
  expect(links.Schedule).toContain("#schedules/jobs/job_1");
  expect(links["Log lines"]).toMatch(/queryDetail\$3D\$7E\$28/);
  expect(awsLinks(aws, { ...job, status: "completed" }, 0).map(({ name }) => name)).not.toContain("Schedule");
});

test.each([
  ["cn-north-1", "https://cn-north-1.console.amazonaws.cn/"],
  ["us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"],
])("a job's page links to the console of the partition of %s", (region, start) => {
  const aws = { region, table: "Jobs", queues: {}, log_groups: {} } as unknown as Deployment;
  const job = { job_id: "job_1", type: "action" as const, status: "completed" as const, created_at: 0 };
  expect(awsLinks(aws, job, 0).map(({ url }) => url)).toEqual([expect.stringMatching(`^${start}`)]);
});

describe("the window of the overview", () => {
  const hour = 3_600_000;

  test("ends with the current hour", () => {
    const now = 1_000 * hour + 5;
    expect(spanOf("24h", now)).toEqual({ from: 977 * hour, to: 1_001 * hour });
    expect(spanOf("7d", now)).toEqual({ from: 833 * hour, to: 1_001 * hour });
  });

  test.each(Object.values(windows))("cuts $name into whole parts", ({ length, partHours }) => {
    expect(length % (partHours * hour)).toBe(0);
  });

  test("begins the next part at an exact hour", () => {
    expect(spanOf("24h", 1_000 * hour).to).toBe(1_001 * hour);
  });

  test("has a scale that ends at a round number", () => {
    expect([ceilingOf([]), ceilingOf([3]), ceilingOf([21]), ceilingOf([1_000])]).toEqual([1, 5, 50, 1_000]);
  });
});

test("a run that waits says for which signals, by key, or that it is a time", () => {
  const wait = { step: "main.money", since: 1, until: 2 };
  const signals = [{ signal: "paid", key: "A-1" }, { signal: "refused" }];
  const run = { status: "running", type: "feature", attempt: 1 } as const;
  expect(waitingFor({ ...run, waits: [{ ...wait, signals }, wait] })).toBe("paid A-1 or refused, a time");
  expect(waitingFor(run)).toBe("its steps");
});
