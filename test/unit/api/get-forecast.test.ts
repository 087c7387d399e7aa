import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { aPause } from "../../support/a-pause.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const path = "/v1/forecast";
const place = { product_tag: "my-product", env: "prd" };
const hour = 3_600_000;
const due = (at: number, more: Partial<Job> = {}) =>
  aJob({
    ...{ id: newJobId(), product: "my-product", env: "prd", status: "scheduled", due_at: at, scheduled_at: at },
    ...more,
  });
const customer = (key: string) => [{ limit: "customer", key }];
/** Of whom one a second may start, two at once. */
const herd = (size: number, at = noon + hour) =>
  Array.from({ length: size }, () => due(at, { event: "call_partner", gates: customer("c1") }));

it("GET /v1/forecast counts starts by hour and event, each run of a series too", async () => {
  const repeat = { cron: "30 * * * *", anchor: noon, overlap: "skip" } as const;
  const api = fakeApi({
    jobs: [
      due(noon + 1),
      due(noon + hour, { event: "call_partner" }),
      due(noon + 30 * 60_000, { repeat }),
      due(noon - 5),
      due(noon + 5, { env: "dev" }),
    ],
  });
  const { status, body } = await api.ask({ path, query: { ...place, hours: "2" } });
  expect(status).toBe(200);
  expect(body).toEqual({
    from: noon,
    until: noon + 2 * hour,
    is_complete: true,
    covers_until: noon + 2 * hour,
    examined: 4,
    counted: 4,
    overdue: 1,
    hours: [
      { at: noon, count: 2, events: [{ ...place, event: "charge", count: 2 }] },
      {
        at: noon + hour,
        count: 2,
        events: [
          { ...place, event: "call_partner", count: 1 },
          { ...place, event: "charge", count: 1 },
        ],
      },
    ],
    hot_minutes: [],
    starts_per_second: 1000,
    limits: [],
  });
  expect((await api.ask({ path })).body).toMatchObject({ counted: 27, hours: { length: 24 } });
  const week = await api.ask({ path, query: { hours: "168" } });
  expect(week.body).toMatchObject({ is_complete: true, counted: 171, hours: { length: 168 } });
  const scopes = { ...allScopes, envs: ["dev"] };
  expect((await api.ask({ path, scopes })).body.counted).toBe(1);
});

it("GET /v1/forecast names the events of an hour that have the most starts", async () => {
  const jobs = Array.from({ length: 53 }, (_, i) => due(noon + 1, { event: `event_${i}` }));
  const { body } = await fakeApi({ jobs: [...jobs, due(noon + 2, { event: "event_52" })] }).ask({ path, query: place });
  const [{ count, events, more_events }] = body.hours;
  expect({ count, more_events, events: events.length }).toEqual({ count: 54, more_events: 3, events: 50 });
  expect(events[0]).toEqual({ ...place, event: "event_52", count: 2 });
});

it("GET /v1/forecast says how long a line gets, when it is empty, and at what rate nobody would wait", async () => {
  const api = fakeApi({ jobs: [...herd(122), due(noon + 1, { event: "call_partner", gates: customer("c2") })] });
  const { body } = await api.ask({ path, query: place });
  const at = noon + hour;
  expect(body.limits).toEqual([
    {
      ...{ ...place, limit: "customer", key: "c1", rate: { limit: 60, period_ms: 60_000, burst: 2 } },
      ...{ due: 122, waiting_now: 0, waits: 119, longest_wait_ms: 120_000, left: 0 },
      lines: [{ from: at, longest: 119, longest_at: at, empty_at: at + 120_000 }],
      // 120 a second, whose starts are rounded to whole microseconds.
      no_wait: { rate: { limit: 7201, period_ms: 60_000, burst: 2 } },
    },
    {
      ...{ ...place, limit: "customer", key: "c2", rate: { limit: 60, period_ms: 60_000, burst: 2 } },
      ...{ due: 1, waiting_now: 0, waits: 0, longest_wait_ms: 0, lines: [], left: 0 },
    },
  ]);
});

it("GET /v1/forecast follows the numbers of a pin, and goes on from the starts that were given out", async () => {
  const api = fakeApi({ jobs: [...herd(2, noon - 1), ...herd(10, noon + 1)] });
  const pin = { rate: { limit: 1, period: "1m" }, until: noon + 10 * hour, pinned_at: noon };
  await api.gates.pin({ product: "my-product", env: "prd", limit: "customer" }, pin);
  const gate = { product: "my-product", env: "prd", ...(customer("c1")[0] as { limit: string; key: string }) };
  const pace = { increment: 60_000_000, burst: 1 };
  await api.gates.take({ ...gate, part: 0 }, { job: "j", turn: "1.1.0.1", now: noon, rate: pace });
  const { body } = await api.ask({ path, query: place });
  expect(body.limits).toMatchObject([
    { waiting_now: 2, rate: { limit: 1 }, lines: [{ from: noon, longest: 12, empty_at: noon + 12 * 60_000 }] },
  ]);
});

describe("GET /v1/forecast for a limit of slots", () => {
  const partner = [{ limit: "partner", key: "" }];
  const waiting = Array.from({ length: 20 }, () => due(noon + hour, { event: "call_partner", gates: partner }));

  it("takes slots to be held for as long as attempts of the event have taken", async () => {
    const took = (ms: number) =>
      due(noon - hour, {
        ...{ event: "call_partner", status: "completed", finished_at: noon - 60_000 },
        attempts: [{ attempt: 1, due_at: 0, started_at: 0, ended_at: ms, outcome: "completed" }],
      });
    const api = fakeApi({ jobs: [...waiting, took(10_000), took(14_000)] });
    const { body } = await api.ask({ path, query: place });
    const at = noon + hour;
    expect(body.limits).toMatchObject([
      {
        ...{ limit: "partner", concurrency: 2, duration_ms: 12_000, no_wait: { concurrency: 20 } },
        lines: [{ from: at, longest: 18, longest_at: at, empty_at: at + 9 * 12_000 }],
      },
    ]);
  });

  it("says that nothing was measured", async () => {
    const { body } = await fakeApi({ jobs: waiting }).ask({ path, query: place });
    expect(body.limits).toMatchObject([{ limit: "partner", due: 20, unknown_duration: true, lines: [] }]);
    expect(body.limits[0]).not.toHaveProperty("duration_ms");
  });
});

it("GET /v1/forecast names the pauses that hold something of it", async () => {
  const api = fakeApi({ jobs: herd(1) });
  const pauses = [aPause({ product: "my-product", env: "prd" }), aPause({ product: "my-product", env: "dev" })];
  for (const pause of pauses) await api.pauses.put(pause);
  const { body } = await api.ask({ path, query: place });
  expect(body.pauses).toEqual([{ pause: pauses[0]?.id, reason: "maintenance", since: noon - 60_000 }]);
});

it("GET /v1/forecast has the lines of one limit, if that is asked for", async () => {
  const both = [...customer("c1"), { limit: "partner", key: "" }];
  const api = fakeApi({ jobs: [due(noon + 1, { event: "call_partner", gates: both })] });
  const limits = async (query: object) =>
    (await api.ask({ path, query: { ...place, ...query } })).body.limits.map((one: { limit: string }) => one.limit);
  expect(await limits({})).toEqual(["customer", "partner"]);
  expect(await limits({ limit: "partner" })).toEqual(["partner"]);
});

it.each<[Record<string, string>, number, string, string]>([
  [{ hours: "0" }, 400, "/query/hours", "1 to 168"],
  [{ hours: "169" }, 400, "/query/hours", "1 to 168"],
  [{ event: "charge" }, 400, "/query/event", "unknown field"],
  [{ product_tag: "my-prodct" }, 404, "/query/product_tag", "my-product"],
  [{ env: "prod" }, 404, "/query/env", "prd"],
  [{ limit: "custmer" }, 404, "/query/limit", "customer"],
])("GET /v1/forecast refuses %j", async (query, status, pointer, said) => {
  const { body, ...answer } = await fakeApi().ask({ path, query });
  expect(answer.status).toBe(status);
  expect(body.errors).toMatchObject([{ pointer }]);
  expect(JSON.stringify(body)).toContain(said);
});
