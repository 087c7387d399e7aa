import { aJob, aWaitingJob, jobId } from "../../support/cli/a-job.ts";
import { answering, now } from "../../support/cli/answering.ts";

const request = ["remind_customer", "--product", "shop", "--env", "prd"];
const receipt = { job_id: jobId, status: "scheduled", scheduled_at: now + 60_000, recurring: false };
const failed = aJob({ status: "failed", error: { code: "TIMEOUT", message: "no answer", retryable: true } });

describe("the command schedule", () => {
  it("sends what the options say, and an idempotency key", async () => {
    const { cli, asked } = answering({
      "POST /v1/jobs": Response.json(receipt, { status: 202 }),
      "GET /v1/health": {},
    });
    const options = ["--input", '{"params":{"id":1}}', "--every", "90s", "--runs", "3", "--label", "a", "--label", "b"];
    const more = ["--retries", "0", "--timeout", "10s", "--expires", "+2d", "--priority", "-5", "--fairness-key", "f"];
    const { code, out } = await cli(["schedule", ...request, ...options, ...more]);
    expect({ code, out }).toEqual({
      code: 0,
      out: `${jobId} is scheduled for 2030-01-31 09:01:00 +00:00 (in 1 min)\n`,
    });
    expect(asked.at(-1)).toMatchObject({
      body: {
        product_tag: "shop",
        env: "prd",
        event: "remind_customer",
        input: { params: { id: 1 } },
        repeat: { every: 90_000, limit: 3 },
        labels: ["a", "b"],
        retries: 0,
        timeout_ms: 10_000,
        expires_at: now + 2 * 86_400_000,
        priority: -5,
        fairness_key: "f",
      },
      headers: { "idempotency-key": expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it.each([
    [["--cron", "0 9 * * *", "--every", "1h"], "Use either --cron or --every."],
    [["--tz", "Europe/Berlin"], "--tz is the time zone of --cron."],
    [["--runs", "3"], "--runs counts the runs of a job with --cron or --every."],
    [
      ["--cron", "0 9 * * *", "--wait"],
      "A recurring job does not end by itself: leave out --wait, and follow it with `jobs tail`.",
    ],
    [["--input", "{"], "--input is not JSON"],
    [["--at", "tomorrow"], "RFC 3339"],
  ])("%j is wrong usage, and nothing is sent", async (options, err) => {
    const { cli, asked } = answering({});
    expect(await cli(["schedule", ...request, ...options])).toMatchObject({
      code: 2,
      err: expect.stringContaining(err),
    });
    expect(asked).toEqual([]);
  });

  it("says that an open job has the unique key or was replaced", async () => {
    const skipped = answering({ "POST /v1/jobs": { ...receipt, skipped: true } });
    expect((await skipped.cli(["schedule", ...request])).out).toMatch(
      /exists already: it has the request's unique key/,
    );
    const replaced = answering({ "POST /v1/jobs": { ...receipt, replaced: "job_old" } });
    expect((await replaced.cli(["schedule", ...request])).out).toContain("It replaces job_old, which is cancelled.\n");
  });
});

describe("the command schedule --wait", () => {
  it("waits until the job has ended and shows how", async () => {
    const slept: number[] = [];
    const { cli, asked } = answering({
      "POST /v1/jobs": receipt,
      [`GET /v1/jobs/${jobId}`]: [aWaitingJob({ due_at: now + 10_000 }), aJob()],
    });
    const sleep = async (ms: number) => void slept.push(ms);
    const { code, out, err } = await cli(["schedule", ...request, "--wait"], { sleep });
    expect(code).toBe(0);
    expect(err).toMatch(/is scheduled for/);
    expect(out).toMatch(/^job_\w+ {2}completed\n/);
    expect(asked.map(({ path }) => path)).toEqual(["/v1/jobs", `/v1/jobs/${jobId}`, `/v1/jobs/${jobId}?wait=25`]);
    expect(slept).toEqual([40_000]);
  });

  it.each([
    [failed, "TIMEOUT: no answer"],
    [aJob({ status: "cancelled", reason: "expired" }), "expired"],
  ])("%# exits with 1, and says why", async (job, why) => {
    const { cli } = answering({ "POST /v1/jobs": { ...receipt, scheduled_at: now }, [`GET /v1/jobs/${jobId}`]: job });
    expect(await cli(["schedule", ...request, "--wait"])).toMatchObject({ code: 1, out: expect.stringContaining(why) });
    const { out } = await cli(["schedule", ...request, "--wait", "--json"]);
    expect(JSON.parse(out)).toEqual(job);
  });

  it("gives up after --max-wait and says that the job goes on", async () => {
    let clock = now;
    const { cli } = answering({ "POST /v1/jobs": receipt, [`GET /v1/jobs/${jobId}`]: aWaitingJob() });
    const sleep = async (ms: number) => {
      clock += ms;
    };
    const ran = await cli(["schedule", ...request, "--max-wait", "30s"], { now: () => clock, sleep });
    expect(ran).toMatchObject({
      code: 1,
      err: expect.stringMatching(/It has not ended within 30 s, and goes on\.\n$/),
    });
  });

  it("says on an interruption that the job goes on", async () => {
    const interruption = new AbortController();
    const { cli } = answering({ "POST /v1/jobs": receipt });
    const sleep = async () => {
      interruption.abort();
      interruption.signal.throwIfAborted();
    };
    const { code, err } = await cli(["schedule", ...request, "--wait"], { sleep, signal: interruption.signal });
    expect(code).toBe(130);
    expect(err).toContain(`The job goes on. To see it: ductape-jobs jobs get ${jobId}\n`);
  });
});

describe("the command jobs tail", () => {
  const attempt = {
    attempt: 1,
    due_at: now,
    started_at: now + 20,
    ended_at: now + 500,
    duration_ms: 480,
    lateness_ms: 20,
  };
  const error = { code: "TIMEOUT", message: "no answer", retryable: true } as const;
  const states = [
    aWaitingJob({ due_at: now + 1000 }),
    aWaitingJob({ due_at: now + 1000 }),
    aWaitingJob({ status: "running", due_at: now + 1000 }),
    aWaitingJob({ due_at: now + 2000, attempt: 2, attempts: [{ ...attempt, outcome: "failed", error }], error }),
    aJob({
      attempt: 2,
      attempts: [
        { ...attempt, outcome: "failed", error },
        { ...attempt, attempt: 2, ended_at: now + 900, outcome: "completed" },
      ],
    }),
  ];

  it("prints each change once until the job has ended", async () => {
    const { cli } = answering({ [`GET /v1/jobs/${jobId}`]: states });
    const { code, out } = await cli(["jobs", "tail", jobId]);
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      `${jobId}  shop/prd remind_customer`,
      "2030-01-31 09:00:00 +00:00  scheduled for 2030-01-31 09:00:01 +00:00 (in 1 s)",
      "2030-01-31 09:00:00 +00:00  running",
      "2030-01-31 09:00:00 +00:00  attempt 1 failed after 480 ms, 20 ms late  TIMEOUT: no answer",
      "2030-01-31 09:00:00 +00:00  scheduled for 2030-01-31 09:00:02 +00:00 (in 2 s)",
      "2030-01-31 09:00:00 +00:00  attempt 2 completed after 480 ms, 20 ms late",
      "2030-01-31 08:59:56 +00:00  completed",
      "result:",
      "{",
      '  "ok": true',
      "}",
      "",
    ]);
  });

  it("prints a line of JSON per change", async () => {
    const { cli } = answering({ [`GET /v1/jobs/${jobId}`]: states });
    const { out } = await cli(["jobs", "tail", jobId, "--json"]);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).status);
    expect(lines).toEqual(["scheduled", "running", "scheduled", "completed"]);
  });

  it("prints the runs of a series that ended between two looks", async () => {
    const series = (run: number, fields = {}) => aWaitingJob({ run, recurring: true, ...fields });
    const runs = [3, 2, 1].map((run) => ({
      run,
      status: run === 2 ? "failed" : "completed",
      due_at: now,
      scheduled_at: now,
      attempts: [],
      ...(run === 2 && { error }),
    }));
    const { cli } = answering({
      [`GET /v1/jobs/${jobId}`]: [
        series(1),
        series(3),
        aJob({ status: "cancelled", run: 3, attempts: [], result: undefined }),
      ],
      [`GET /v1/jobs/${jobId}/runs`]: { runs },
    });
    const { code, out } = await cli(["jobs", "tail", jobId]);
    expect(code).toBe(1);
    expect(out).toMatch(/run 1 completed\n.*run 2 failed {2}TIMEOUT: no answer\n/);
  });
});
