import { jobRequestExamples } from "../../../lambdas/api/schemas/examples.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";

const order = {
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { body: { item: "tea" } },
  start_at: 0,
};

function world() {
  const api = fakeApi();
  return {
    ...api,
    explain: (body: unknown, more = {}) => api.ask({ method: "POST", path: "/v1/explain", body, ...more }),
    post: (body: unknown) => api.ask({ method: "POST", path: "/v1/jobs", body }),
  };
}

describe("POST /v1/explain", () => {
  it("notes names in retry rules that are no codes of the API", async () => {
    const { explain } = world();
    const retry_config = { retryable_errors: ["NOT_FOUND", "TIME_OUT"], jitter_percent: 0.5 };
    const { status, body } = await explain({ ...order, retry_config, retries: 1, timeout_ms: 1000 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      job: { retry_policy: { jitter: true, jitter_percent: 0.5, retryable_errors: ["NOT_FOUND", "TIME_OUT"] } },
      retry_timetable: [{ attempt: 1 }, { attempt: 2, earliest_ms: 500, latest_ms: 2000 }],
      notes: [
        {
          pointer: "/retry_config/retryable_errors/1",
          detail: 'is not a code of this API, so it is compared with the provider\'s own code. Did you mean "TIMEOUT"?',
        },
      ],
    });
  });

  it.each([
    ["headers", { headers: { "Idempotency-Key": "order-42" } }, "/input/headers/Idempotency-Key"],
    ["Ductape's headers", { "headers:idempotency-key": "order-42" }, "/input/headers:idempotency-key"],
  ])("notes an idempotency key for the provider in %s", async (_where, input, pointer) => {
    const { status, body } = await world().explain({ ...order, input });
    expect(status).toBe(200);
    expect(body.notes).toEqual([
      { pointer, detail: expect.stringMatching(/^is sent as it is in place of the key of the run/) },
    ]);
  });

  it("says what the request would come to", async () => {
    const { explain } = world();
    const request = { ...order, start_at: noon + 3_600_000, labels: ["a"], retries: 1, timeout_ms: 1000 };
    const { status, body } = await explain({ ...request, expires_at: noon + 7_200_000, app: "shop" });
    expect(status).toBe(200);
    expect(body).toEqual({
      valid: true,
      job: {
        product_tag: "my-product",
        env: "prd",
        event: "create_order",
        type: "action",
        app: "shop",
        target: { section: "apps", name: "shop" },
        due_at: noon + 3_600_000,
        recurring: false,
        expires_at: noon + 7_200_000,
        timeout_ms: 1000,
        retries: 1,
        retry_policy: expect.objectContaining({ initial_delay: 1000, jitter: true }),
        labels: ["a"],
        input_bytes: 23,
      },
      route: {
        via: "scheduler",
        schedule_at: noon + 3_600_000 - 75_000,
        schedule_from: noon + 3_600_000 - 854_000,
        jobs_in_minute: 0,
        further_minutes: 0,
        why: expect.stringContaining("75 s early"),
      },
      next_runs: [{ at: noon + 3_600_000, local: "2030-01-01T13:00:00.000Z" }],
      retry_timetable: [
        { attempt: 1, earliest_ms: 0, latest_ms: 0 },
        { attempt: 2, earliest_ms: 0, latest_ms: 2000 },
      ],
      estimated_cost: expect.objectContaining({ usd_per_million: expect.any(Number) }),
    });
  });

  it("estimates the cost by the memory that the deployment gives to the consumer", async () => {
    const { explain, services } = world();
    const consumer = async (): Promise<number> => {
      const { body } = await explain({ ...order, start_at: 0 });
      return body.estimated_cost.breakdown.find(({ what }: { what: string }) => what.startsWith("Lambda: the consumer"))
        .count;
    };
    expect(await consumer()).toBe(0.05);
    Object.assign(services, { memory: { action: 1024 } });
    expect(await consumer()).toBe(0.2);
  });

  it.each<[number, { via: string; delay_seconds?: number; schedule_from?: number; schedule_at?: number }]>([
    [0, { via: "queue", delay_seconds: 0 }],
    [noon + 90_500, { via: "queue", delay_seconds: 90 }],
    [noon + 900_000, { via: "queue", delay_seconds: 900 }],
    [noon + 900_001, { via: "scheduler", schedule_from: noon + 46_000, schedule_at: noon + 825_000 }],
  ])("routes start_at %d as the job would go", async (start_at, route) => {
    const { explain, post, queue, scheduler } = world();
    const { body } = await explain({ ...order, start_at });
    expect(body.route).toMatchObject(route);
    await post({ ...order, start_at });
    const [sent] = queue.sent;
    const [schedule] = scheduler.schedules.values();
    expect(sent?.delaySeconds).toBe(route.delay_seconds);
    if (!schedule) return;
    expect(schedule.at * 1000).toBeGreaterThanOrEqual(route.schedule_from as number);
    expect(schedule.at * 1000).toBeLessThanOrEqual(route.schedule_at as number);
  });

  it("shows the next ten runs of a series in its time zone", async () => {
    const { explain } = world();
    const { body } = await explain(jobRequestExamples.recurring);
    expect(body.next_runs).toHaveLength(10);
    expect(body.next_runs[0]).toEqual({ at: noon + 20 * 3_600_000, local: "2030-01-02T09:00:00.000+01:00" });
    expect(body.job).toMatchObject({ recurring: true, repeat: { cron: "0 9 * * MON-FRI", anchor: noon } });
  });

  it("creates nothing and never shows the input", async () => {
    const { explain, jobs, queue, scheduler, blobs } = world();
    const answer = await explain({ ...order, input: { body: { item: "tea", note: "x".repeat(5000) } } });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).not.toContain("tea");
    expect([jobs.all(), queue.sent, scheduler.schedules.size, blobs.blobs.size]).toEqual([[], [], 0, 0]);
  });

  it.each([
    ["a wrong field", { ...order, env: 7, extra: 1 }, 400],
    ["a wrong input", { ...order, input: { bdy: {} } }, 400],
    ["a wrong series", { ...order, repeat: { cron: "61 * * * *" } }, 400],
    ["an unknown event", { ...order, event: "create_ordr" }, 404],
  ])("refuses %s as POST /v1/jobs does", async (_what, body, status) => {
    const { explain, post } = world();
    const answer = await explain(body);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual((await post(body)).body);
  });

  it("is for keys that may schedule in the tenant", async () => {
    const { explain } = world();
    expect((await explain(order, { scopes: { ...allScopes, envs: ["dev"] } })).status).toBe(403);
    expect((await explain(order, { scopes: { ...allScopes, verbs: ["jobs:read"] } })).status).toBe(403);
  });

  it.each(Object.entries(jobRequestExamples))("takes the example of the document: %s", async (_name, example) => {
    expect(await world().explain(example)).toMatchObject({ status: 200 });
  });
});
