import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const order = { env: "prd", product_tag: "my-product", event: "create_order", input: {}, start_at: 0 };
const inAnHour = (noon + 3_600_000) / 1000;
const aTime =
  /^Unix time in seconds or milliseconds \(0 or more\), or an RFC 3339 string with an offset, such as 2030-01-31T09:00:00\+01:00$/;

/** What is asked for, where its fault is, and what is said of it. */
const bad: [what: string, more: Record<string, unknown>, pointer: string, detail: RegExp][] = [
  ["a cron that never fires", { repeat: { cron: "0 0 30 2 *" } }, "/repeat/cron", /^never fires$/],
  ["a cron that is none", { repeat: { cron: "61 * * * *" } }, "/repeat/cron", /minute/],
  ["a cron of too many fields", { repeat: { cron: "* * * * * * *" } }, "/repeat/cron", /has 5 fields .* or 6/],
  [
    "a time zone by another name",
    { repeat: { cron: "* * * * *", time_zone: "UTC" } },
    "/repeat/time_zone",
    /^unknown field\. Did you mean "tz"\?$/,
  ],
  ["no env", { env: undefined }, "/env", /^is required$/],
  [
    "a timeout that is too long",
    { timeout_ms: 120_001 },
    "/timeout_ms",
    /^must be at most 120000 ms for jobs of type action$/,
  ],
  ["an unknown time zone", { repeat: { cron: "* * * * *", tz: "Mars/Olympus" } }, "/repeat/tz", /IANA time zone/],
  ["a time zone for an interval", { repeat: { every: 1000, tz: "UTC" } }, "/repeat/tz", /applies to cron only/],
  [
    "an end before the start",
    { start_at: inAnHour, repeat: { every: 1000, end_date: inAnHour - 1 } },
    "/repeat/end_date",
    /before the first run/,
  ],
  [
    "an end before the first time",
    { repeat: { cron: "0 0 * * *", end_date: inAnHour } },
    "/repeat/end_date",
    /before the first run/,
  ],
  ["a limit of 0", { repeat: { every: 1000, limit: 0 } }, "/repeat/limit", /^must be at least 1$/],
  ["an interval below a second", { repeat: { every: 999 } }, "/repeat/every", /^must be at least 1000 ms$/],
  [
    "a delay without a unit",
    { debounce: { key: "a", delay: "30" } },
    "/debounce/delay",
    /^must be whole milliseconds, or/,
  ],
  ["a delay of no length", { debounce: { key: "a", delay: "0s" } }, "/debounce/delay", /^must be at least 1000 ms$/],
  ["neither cron nor every", { repeat: { limit: 1 } }, "/repeat", /needs either cron or every/],
  ["a day that does not exist", { start_at: "2030-02-30T00:00:00Z" }, "/start_at", aTime],
  ["an hour that does not exist", { start_at: "2030-01-01T24:00:00Z" }, "/start_at", aTime],
  // In Berlin the clocks go from 02:00 to 03:00 that night; with an offset there is such a time, without one there is none.
  ["a local time, which a change of the clocks may leave out", { start_at: "2030-03-31T02:30:00" }, "/start_at", aTime],
  ["a number in words", { start_at: "NaN" }, "/start_at", aTime],
  ["no time", { start_at: null }, "/start_at", aTime],
  ["a time that is too far", { start_at: 9e12 }, "/start_at", /5 years/],
  ["an expiry before the start", { start_at: inAnHour, expires_at: inAnHour }, "/expires_at", /must be after/],
  ["an unknown field", { strat_at: 1 }, "/strat_at", /^unknown field\. Did you mean "start_at"\?$/],
  ["an unknown field of a part", { repeat: { evry: 1, every: 1000 } }, "/repeat/evry", /Did you mean "every"\?/],
  ["an unknown field of the input", { input: { bdy: {} } }, "/input/bdy", /Did you mean "body"\?/],
];

describe.each(["/v1/jobs", "/v1/explain"])("POST %s refuses", (path) => {
  it.each(bad)("%s", async (_what, more, pointer, detail) => {
    const { ask, jobs } = fakeApi();
    const { status, body } = await ask({ method: "POST", path, body: { ...order, ...more } });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
    expect(jobs.all()).toEqual([]);
  });
});

it("a batch refuses a job's fault with its place in the batch", async () => {
  const { ask, jobs } = fakeApi();
  const body = { jobs: bad.map(([, more]) => ({ ...order, ...more })) };
  const answer = await ask({ method: "POST", path: "/v1/jobs/batch", body });
  expect(answer.body).toMatchObject({ accepted: 0, rejected: bad.length });
  for (const [i, [what, , pointer]] of bad.entries()) {
    expect([what, answer.body.results[i].error.errors[0].pointer]).toEqual([what, `/jobs/${i}${pointer}`]);
  }
  expect(jobs.all()).toEqual([]);
});

it.each(bad.filter(([, more]) => "repeat" in more && !("start_at" in more)))(
  "rescheduling refuses %s",
  async (_what, more, pointer, detail) => {
    const job = aJob({
      status: "scheduled",
      due_at: noon + 1,
      repeat: { every: 60_000, anchor: noon, overlap: "skip" },
    });
    const { ask, jobs } = fakeApi({ jobs: [job] });
    const { status, body } = await ask({ method: "POST", path: `/v1/jobs/${job.id}/reschedule`, body: more });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
    expect(jobs.all()).toEqual([job]);
  },
);

it.each<[string, Record<string, string>, string, RegExp]>([
  ["a time that is none", { from: "yesterday" }, "/query/from", aTime],
  ["a negative time", { to: "-1" }, "/query/to", aTime],
  ["a status that is none, whichever it is of several", { status: "failed,done" }, "/query/status", /one or more of/],
  ["no status", { status: "" }, "/query/status", /one or more of/],
  ["a type that is none", { type: "mail" }, "/query/type", /one or more of/],
  ["two limits", { limit: "5,5" }, "/query/limit", /from 1 to 100/],
])("a list refuses %s", async (_what, query, pointer, detail) => {
  const { status, body } = await fakeApi().ask({ path: "/v1/jobs", query });
  expect(status).toBe(400);
  expect(body.errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
});

it.each(['{"__proto__": {}}', '{"input": {"constructor": {"prototype": {}}}}'])(
  "the body %s is refused for its names",
  async (body) => {
    const { status, body: problem } = await fakeApi().ask({ method: "POST", path: "/v1/jobs", body });
    expect(status).toBe(400);
    expect(problem.errors).toEqual([{ pointer: "", detail: expect.stringContaining("__proto__") }]);
  },
);
