import { aJob, aWaitingJob, jobId } from "../../support/cli/a-job.ts";
import { answering, now, problem } from "../../support/cli/answering.ts";

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => aJob({ job_id: `job_${from + i}`, event: `e${from + i}` }));

describe("the command jobs list", () => {
  it("sends the filters, with relative times by the API's clock", async () => {
    const { cli, asked } = answering({ "GET /v1/jobs": { jobs: [] }, "GET /v1/health": { status: "ok" } });
    const filters = [
      "--product",
      "shop",
      "--status",
      "failed,cancelled",
      "--label",
      "a b",
      "--one-time",
      "--from",
      "-24h",
    ];
    const ran = await cli(["jobs", "list", ...filters, "--order", "asc", "--limit", "5"]);
    expect(ran).toEqual({ code: 0, out: "", err: "No job matches.\n" });
    const query = new URLSearchParams(asked.at(-1)?.path.split("?")[1]);
    expect(Object.fromEntries(query)).toEqual({
      product_tag: "shop",
      status: "failed,cancelled",
      label: "a b",
      recurring: "false",
      from: String(now - 86_400_000),
      order: "asc",
      limit: "5",
    });
  });

  it("shows a table, and why a job failed", async () => {
    const failed = aJob({
      status: "failed",
      attempt: 4,
      error: { code: "TIMEOUT", message: "no answer\nat all", retryable: true },
    });
    const { cli } = answering({ "GET /v1/jobs": { jobs: [failed], next_cursor: "c1" } });
    expect(await cli(["jobs", "list", "--limit", "1"])).toEqual({
      code: 0,
      out: [
        "JOB                                   STATUS  EVENT                     TIME                                 TRIES  WHY",
        `${jobId}  failed  shop/prd remind_customer  2030-01-31 08:59:56 +00:00  4 s ago  4      TIMEOUT: no answer at all`,
        "",
      ].join("\n"),
      err: "More follow: --all, a larger --limit, or --cursor c1\n",
    });
  });

  it("follows cursors until the limit, and prints one document", async () => {
    const pages = [
      { jobs: numbered(100), next_cursor: "c1" },
      { jobs: [], next_cursor: "c2" },
      { jobs: numbered(30, 100), next_cursor: "c3" },
    ];
    const { cli, asked } = answering({ "GET /v1/jobs": pages });
    const { out } = await cli(["jobs", "list", "--limit", "130", "--json"]);
    expect(asked.map(({ path }) => path.split("?")[1])).toEqual([
      "limit=100",
      "limit=30&cursor=c1",
      "limit=30&cursor=c2",
    ]);
    expect(JSON.parse(out)).toEqual({ jobs: numbered(130), next_cursor: "c3" });
  });

  it("goes on after pages without a match, and says how far it has looked", async () => {
    const empty = (cursor: string) => ({ jobs: [], next_cursor: cursor, examined: 1000, looked_back_to: now - 1 });
    const pages = [...["1", "2", "3", "4", "5"].map(empty), { jobs: numbered(1) }];
    const { cli, asked } = answering({ "GET /v1/jobs": pages });
    const { out, err } = await cli(["jobs", "list", "--label", "rare"]);
    expect(asked).toHaveLength(6);
    expect(out).toContain("job_0");
    expect(err).toMatch(/^Looked at 5,000, back to 2030-01-31 \S+.*, and goes on\.\n$/);
  });

  it("asks for runs that wait, and says for what", async () => {
    const waits = [
      {
        step: "main.money",
        since: now,
        until: now + 1,
        signals: [{ signal: "paid", key: "A-1" }, { signal: "refused" }],
      },
      { step: "two.cool", since: now, until: now + 2 },
    ];
    const { cli, asked } = answering({ "GET /v1/jobs": { jobs: [aJob({ status: "running", waits })] } });
    const { out } = await cli(["jobs", "list", "--waiting", "--status", "running"]);
    expect(out).toContain("waits for paid with key A-1 or refused, a time\n");
    expect(asked[0]?.path).toContain("waiting=true");
  });

  it("shows all pages under one head", async () => {
    const pages = [{ jobs: numbered(2), next_cursor: "c1" }, { jobs: numbered(1, 2) }];
    const { out, err } = await answering({ "GET /v1/jobs": pages }).cli(["jobs", "list", "--all"]);
    expect(out.match(/^JOB/gm)).toHaveLength(1);
    expect(out.match(/^job_\d/gm)).toEqual(["job_0", "job_1", "job_2"]);
    expect(err).toBe("");
  });

  it("keeps to the width of the terminal", async () => {
    const { cli } = answering({ "GET /v1/jobs": { jobs: [aJob({ event: "e".repeat(90), reason: "r".repeat(90) })] } });
    const { out } = await cli(["jobs", "list"], { isTTY: true, columns: 130, env: { NO_COLOR: "1" } });
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBe(130);
  });
});

describe("the command jobs why", () => {
  it("says what a job waits for", async () => {
    const answer = { job_id: jobId, status: "running", says: ["main.money waits.", "2 messages came.\u001B[31m"] };
    const { cli } = answering({ [`GET /v1/jobs/${jobId}/explain`]: answer });
    expect((await cli(["jobs", "why", jobId])).out).toBe(
      [`${jobId}  running`, "  main.money waits.", "  2 messages came.", ""].join("\n"),
    );
    expect(JSON.parse((await cli(["jobs", "why", jobId, "--json"])).out)).toEqual(answer);
  });
});

describe("the command jobs get", () => {
  it("shows an attempt's target of a fallback, and why", async () => {
    const target = { name: "parcel", tried: [{ name: "express", code: "TIMEOUT" }], left_out: ["bike"] };
    const job = aJob();
    const attempts = job.attempts.map((attempt) => ({ ...attempt, target }));
    const { cli } = answering({ [`GET /v1/jobs/${jobId}`]: { ...job, attempts } });
    const { out } = await cli(["jobs", "get", jobId]);
    expect(out).toContain("OUTCOME    TARGET\n");
    expect(out).toContain("parcel, after express: TIMEOUT, without bike, which had just failed\n");
  });

  it("says up to which attempt a job is tried that was retried", async () => {
    const { cli } = answering({ [`GET /v1/jobs/${jobId}`]: aJob({ attempt: 5, most_attempts: 8 }) });
    expect((await cli(["jobs", "get", jobId])).out).toContain("  attempt   5 of 8\n");
  });

  it("shows the job as a text", async () => {
    const { cli } = answering({ [`GET /v1/jobs/${jobId}`]: aJob({ labels: ["order-1", "\u001B[31m"] }) });
    expect((await cli(["jobs", "get", jobId])).out).toBe(
      [
        `${jobId}  completed`,
        "  event     shop/prd remind_customer (action)",
        "  planned   2030-01-31 08:59:55 +00:00 (5 s ago)",
        "  attempt   1 of 4",
        "  started   2030-01-31 08:59:55 +00:00 (4.9 s ago)",
        "  finished  2030-01-31 08:59:56 +00:00 (4 s ago)",
        "  labels    order-1, ",
        "ATTEMPT  STARTED                     LATE    TOOK    OUTCOME",
        "1        2030-01-31 08:59:55 +00:00  100 ms  900 ms  completed",
        "result:",
        "{",
        '  "ok": true',
        "}",
        "",
      ].join("\n"),
    );
  });

  it.each([
    [
      { pause: "p", reason: "the database is being moved", since: 1 },
      "paused until it is ended: the database is being moved",
    ],
    [{ limit: "mailbox", key: "ada", since: 1, position: 3 }, "the limit mailbox for ada, place 3"],
    [
      { limit: "provider", key: "", since: 1, position: 3, starts_at: Date.parse("2030-01-31T09:01Z") },
      "the limit provider, place 3, starts about 2030-01-31 09:01:00 +00:00 (in 1 min)",
    ],
  ])("says what a job waits for: %j", async (waiting_for, text) => {
    const { cli } = answering({ [`GET /v1/jobs/${jobId}`]: aWaitingJob({ status: "queued", waiting_for }) });
    expect((await cli(["jobs", "get", jobId])).out).toContain(`waits for  ${text}\n`);
  });

  it("says what a run waits for, until when, and how old its definition is", async () => {
    const waits = [
      { step: "main.money", since: now, until: now + 60_000, signals: [{ signal: "paid", key: "A-1\u001B[31m" }] },
      { step: "two.cool", since: now, until: now + 120_000 },
    ];
    const definition = { id: "def_1", current: false, behind: 2 };
    const job = aWaitingJob({ type: "feature", status: "running", waits, definition });
    const { cli } = answering({ [`GET /v1/jobs/${jobId}`]: job });
    const { out } = await cli(["jobs", "get", jobId]);
    expect(out).toMatch(
      / waits for +paid with key A-1, until 2030-01-31 09:01:00 \+00:00 \(in 1 min\) \(main.money\); a time, until/,
    );
    expect(out).toMatch(/ definition +def_1, 2 versions behind\n/);
  });

  it("says why a run of code cannot go on, and what mends that", async () => {
    const why = { code: "OUTSIDE_STEP" as const, at: "order.ts:6", message: "It used setTimeout.", since: now };
    const parked = { ...why, advice: "Move the run." };
    const { cli } = answering({
      [`GET /v1/jobs/${jobId}`]: aWaitingJob({ type: "feature", status: "running", parked }),
    });
    const { out } = await cli(["jobs", "get", jobId]);
    expect(out).toMatch(/ parked +OUTSIDE_STEP \(order.ts:6\): It used setTimeout. Move the run.\n/);
  });

  it("refuses an id that leads elsewhere before it sends anything", async () => {
    const { cli, asked } = answering({});
    expect(await cli(["jobs", "get", ".."])).toMatchObject({ code: 2 });
    await cli(["jobs", "get", "a/../b?c"]);
    expect(asked.map(({ path }) => path)).toEqual(["/v1/jobs/a%2F..%2Fb%3Fc"]);
  });
});

describe("a command that changes a job", () => {
  it("sends the reason or the time", async () => {
    const { cli, asked } = answering({
      [`POST /v1/jobs/${jobId}/cancel`]: aJob({ status: "cancelled", reason: "not needed" }),
      [`POST /v1/jobs/${jobId}/retry`]: aWaitingJob(),
      [`POST /v1/jobs/${jobId}/run-now`]: aWaitingJob({ status: "queued" }),
      "GET /v1/health": {},
    });
    expect((await cli(["jobs", "cancel", jobId, "--reason", "not needed"])).out).toMatch(/why +not needed\n/);
    await cli(["jobs", "cancel", jobId, "--force"]);
    await cli(["jobs", "retry", jobId]);
    await cli(["jobs", "retry", jobId, "--at", "+10m"]);
    await cli(["jobs", "run-now", jobId]);
    expect(asked.filter(({ method }) => method === "POST").map(({ body }) => body)).toEqual([
      { reason: "not needed" },
      { force: true },
      undefined,
      { start_at: now + 600_000 },
      undefined,
    ]);
  });

  it("is not sent again after a failure that may have carried it out", async () => {
    const { cli, asked } = answering({ [`POST /v1/jobs/${jobId}/run-now`]: problem(503, "UNAVAILABLE", "not now") });
    expect(await cli(["jobs", "run-now", jobId])).toMatchObject({ code: 4, err: expect.stringContaining("not now") });
    expect(asked).toHaveLength(1);
  });
});

describe("the command jobs migrate", () => {
  const route = `POST /v1/jobs/${jobId}/migrate`;
  const steps = [
    { step: "main.a", action: "kept", status: "completed" },
    { step: "main.b", action: "runs_again", status: "failed", changed: ["delay", "input"] },
    { step: "main.c", action: "new", status: "not_started" },
  ];

  it("shows what becomes of each step", async () => {
    const { cli, asked } = answering({ [route]: { job_id: jobId, from: "def_1", to: "def_2", steps } });
    const rows = [
      "STEP    BECOMES     IS           CHANGED",
      "main.a  kept        completed",
      "main.b  runs again  failed       delay, input",
      "main.c  new         not started",
    ];
    const { out } = await cli(["jobs", "migrate", jobId, "--dry-run"]);
    expect(out).toBe([`${jobId} would go on by def_2, after def_1.`, ...rows, ""].join("\n"));
    expect((await cli(["jobs", "migrate", jobId])).out).toMatch(/ goes on by def_2/);
    expect(asked.map(({ path, body }) => [path, body])).toEqual([
      [`/v1/jobs/${jobId}/migrate?dry_run=true`, { to: "current" }],
      [`/v1/jobs/${jobId}/migrate`, { to: "current" }],
    ]);
    expect(JSON.parse((await cli(["jobs", "migrate", jobId, "--json"])).out)).toMatchObject({ steps });
  });

  it("says that the run has the present definition already", async () => {
    const { cli } = answering({ [route]: { job_id: jobId, from: "def_2", to: "def_2", steps } });
    expect((await cli(["jobs", "migrate", jobId])).out).toMatch(/ has the present definition, def_2\./);
  });
});

describe("the command jobs reschedule", () => {
  const route = `POST /v1/jobs/${jobId}/reschedule`;

  it("sends another time, or another series", async () => {
    const { cli, asked } = answering({ [route]: aWaitingJob(), "GET /v1/health": {} });
    await cli(["jobs", "reschedule", jobId, "--at", "+2h"]);
    const series = ["--cron", "0 9 * * *", "--tz", "Europe/Berlin", "--runs", "3"];
    expect(await cli(["jobs", "reschedule", jobId, ...series])).toMatchObject({ code: 0 });
    expect(asked.filter(({ method }) => method === "POST").map(({ body }) => body)).toEqual([
      { start_at: now + 7_200_000 },
      { repeat: { cron: "0 9 * * *", tz: "Europe/Berlin", limit: 3 } },
    ]);
  });

  it("needs one of them", async () => {
    const { cli, asked } = answering({});
    expect(await cli(["jobs", "reschedule", jobId])).toMatchObject({
      code: 2,
      err: "Use --at for another time, or --cron or --every for another series.\n",
    });
    expect(asked).toEqual([]);
  });
});

describe("the command jobs delete", () => {
  it("says that the job is gone, or what the API refuses", async () => {
    const { cli } = answering({ [`DELETE /v1/jobs/${jobId}`]: new Response(null, { status: 204 }) });
    expect(await cli(["jobs", "delete", jobId])).toEqual({ code: 0, out: `${jobId} is deleted.\n`, err: "" });
    const refusing = answering({ [`DELETE /v1/jobs/${jobId}`]: problem(409, "STATE_CONFLICT", "It still runs.") });
    expect(await refusing.cli(["jobs", "delete", jobId])).toEqual({ code: 3, out: "", err: "It still runs.\n" });
  });
});

describe("the variables DUCTAPE_PRODUCT and DUCTAPE_ENV", () => {
  const env = { DUCTAPE_PRODUCT: "shop", DUCTAPE_ENV: "dev" };
  const tenantOf = async (args: string[], given: object) => {
    const { cli, asked } = answering({ "GET /v1/jobs": { jobs: [] }, "GET /v1/stats": {} });
    await cli(args, { env: given as NodeJS.ProcessEnv });
    const query = new URLSearchParams(asked[0]?.path.split("?")[1]);
    return [query.get("product_tag"), query.get("env")];
  };

  it("stand for options that are not given", async () => {
    expect(await tenantOf(["jobs", "list"], env)).toEqual(["shop", "dev"]);
    expect(await tenantOf(["stats"], env)).toEqual(["shop", "dev"]);
    expect(await tenantOf(["jobs", "list", "--env", "prd"], env)).toEqual(["shop", "prd"]);
    expect(await tenantOf(["jobs", "list"], {})).toEqual([null, null]);
  });

  it("do not stand for an empty option, which lists all", async () => {
    expect(await tenantOf(["jobs", "list", "--product", "", "--env="], env)).toEqual([null, null]);
  });

  it("complete a command that needs both", async () => {
    const { cli, asked } = answering({ "POST /v1/jobs": { job_id: jobId, status: "scheduled", scheduled_at: now } });
    expect(await cli(["schedule", "remind"], { env })).toMatchObject({ code: 0 });
    expect(asked[0]?.body).toMatchObject({ product_tag: "shop", env: "dev", event: "remind" });
    expect(await cli(["schedule", "remind", "--env", ""], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining("This needs --env <env> (or DUCTAPE_ENV)."),
    });
  });
});

describe("a refusal by the API", () => {
  it.each([
    [
      problem(400, "INVALID_REQUEST", "The query is not valid.", [{ pointer: "/query/limit", detail: "too large" }]),
      3,
      "The query is not valid.\n  /query/limit: too large\n",
    ],
    [
      problem(404, "PRODUCT_NOT_FOUND", "No such product.", [{ pointer: "/query/product_tag", detail: "unknown" }]),
      3,
      "No such product.\n  /query/product_tag: unknown\n",
    ],
    [problem(403, "FORBIDDEN", "This key may not.\u001B[2J"), 3, "This key may not.\n"],
  ])("%# is printed as a sentence and where it is wrong", async (answer, code, err) => {
    expect(await answering({ "GET /v1/jobs": answer }).cli(["jobs", "list"])).toEqual({ code, out: "", err });
  });

  it("that cannot be reached is exit code 4 without a stack", async () => {
    const fetch = () =>
      Promise.reject(Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } }));
    const { code, err } = await answering({}).cli(["jobs", "list"], { fetch });
    expect({ code, err }).toEqual({ code: 4, err: "The request to https://jobs.example.com failed (ECONNREFUSED).\n" });
  }, 20_000);
});
