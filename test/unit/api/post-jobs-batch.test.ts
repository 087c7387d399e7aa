import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { denied, refusedForGood, throttled } from "../../support/fakes/failures.ts";
import type { Asked } from "../../support/http-event.ts";

const order = {
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { body: { item: "tea" } },
  start_at: 0,
};

function world(own = catalog) {
  const api = fakeApi({ catalog: own });
  return {
    ...api,
    post: (jobs: unknown[], more: Partial<Asked> = {}) =>
      api.ask({ method: "POST", path: "/v1/jobs/batch", body: { jobs }, ...more }),
  };
}

describe("POST /v1/jobs/batch", () => {
  it("answers 200 with the receipt of each job", async () => {
    const { post, jobs, queue } = world();
    const { status, body } = await post([order, { ...order, start_at: noon + 60_000 }]);
    expect(status).toBe(200);
    expect(body).toEqual({
      results: [
        {
          index: 0,
          status: 202,
          job: { job_id: expect.stringMatching(/^job_/), status: "queued", scheduled_at: noon, recurring: false },
        },
        { index: 1, status: 202, job: expect.objectContaining({ status: "scheduled", scheduled_at: noon + 60_000 }) },
      ],
      accepted: 2,
      rejected: 0,
    });
    expect(jobs.all().map(({ id }) => id)).toEqual(
      body.results.map(({ job }: { job: { job_id: string } }) => job.job_id),
    );
    expect(queue.sent).toHaveLength(2);
    expect(jobs.all().map(({ request_id }) => request_id)).toEqual(["req-1", "req-1"]);
  });

  it("gives each job the trace of the headers, unless it has one", async () => {
    const { post, jobs } = world();
    const [ofHeader, ofJob] = [1, 2].map((last) => `00-4bf92f3577b34da6a3ce929d0e0e473${last}-00f067aa0ba902b7-01`);
    const headers = { traceparent: String(ofHeader), tracestate: "a=1" };
    await post([order, { ...order, traceparent: ofJob }, { ...order, traceparent: null }], { headers });
    const state = { parent: ofHeader, state: "a=1" };
    expect(jobs.all().map(({ trace }) => trace)).toEqual([state, { parent: ofJob }, state]);
    expect(await post([order], { headers: { traceparent: "malformed" } })).toMatchObject({ body: { accepted: 1 } });
    expect(jobs.all().at(-1)).not.toHaveProperty("trace");
  });

  it("refuses jobs one by one, with pointers into the batch", async () => {
    const { post, jobs } = world();
    const answer = await post([
      order,
      { ...order, input: { bodi: {} } },
      { ...order, event: "create_ordr" },
      "no object",
      order,
    ]);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        results: [
          { index: 0, status: 202 },
          {
            index: 1,
            status: 400,
            error: {
              code: "INVALID_REQUEST",
              errors: [{ pointer: "/jobs/1/input/bodi", detail: expect.stringContaining('"body"') }],
            },
          },
          { index: 2, status: 404, error: { code: "EVENT_NOT_FOUND", errors: [{ pointer: "/jobs/2/event" }] } },
          { index: 3, status: 400, error: { errors: [{ pointer: "/jobs/3" }] } },
          { index: 4, status: 202 },
        ],
        accepted: 2,
        rejected: 3,
      },
    });
    expect(jobs.all()).toHaveLength(2);
  });

  it("checks the key's reach for each job", async () => {
    const { post, jobs } = world();
    const scopes = { ...allScopes, verbs: ["jobs:write" as const], envs: ["dev"] };
    const { body } = await post([order, { ...order, env: "dev" }], { scopes });
    expect(body.results).toMatchObject([{ status: 403, error: { code: "FORBIDDEN" } }, { status: 202 }]);
    expect(jobs.all().map(({ env }) => env)).toEqual(["dev"]);
  });

  it("takes an idempotency key for each job", async () => {
    const { post, jobs } = world();
    const first = await post([{ ...order, idempotency_key: "a" }, order]);
    const again = await post([
      { ...order, idempotency_key: "a" },
      { ...order, idempotency_key: "a", retries: 1 },
    ]);
    const { job_id } = first.body.results[0].job;
    expect(again.body.results).toMatchObject([
      { status: 202, job: { job_id } },
      { status: 409, error: { code: "IDEMPOTENCY_MISMATCH", job_id } },
    ]);
    expect(jobs.all()).toHaveLength(2);
  });

  it("answers 503 for a job that AWS refuses, without the cause", async () => {
    const { post, queue, jobs, log } = world();
    const { send } = queue;
    queue.send = async (type, message, options) => {
      queue.send = send;
      await Promise.reject(throttled(`s3cret ${type} ${message.job_id} ${options.group}`));
    };
    const answer = await post([order, order]);
    expect(answer.body).toMatchObject({
      results: [{ status: 503, error: { code: "UNAVAILABLE" } }, { status: 202 }],
      accepted: 1,
      rejected: 1,
    });
    expect(jobs.all()).toHaveLength(1);
    expect(JSON.stringify([answer, log.lines])).not.toContain("s3cret");
  });

  it("answers 400 for a job that AWS never takes, and takes the others", async () => {
    const { post, jobs } = world();
    const { createMany } = jobs;
    jobs.createMany = async ([one, two, ...others]) => {
      const causes = [refusedForGood("s3cret"), denied()];
      const refused = [one, two].map((_, index) => ({ index, cause: causes[index] }));
      return [...refused, ...(await createMany(others))];
    };
    const answer = await post([order, order, order]);
    expect(answer.body).toMatchObject({
      results: [
        { status: 400, error: { code: "INVALID_REQUEST", detail: expect.stringContaining("ValidationException") } },
        { status: 500, error: { code: "INTERNAL" } },
        { status: 202 },
      ],
      accepted: 1,
      rejected: 2,
    });
  });

  it("answers 500 for a job that fails for a reason of ours", async () => {
    const find: typeof catalog.find = (product, env, event) => {
      if (env === "dev") throw new Error("s3cret");
      return catalog.find(product, env, event);
    };
    const { post, log } = world({ ...catalog, find });
    const answer = await post([{ ...order, env: "dev" }, order]);
    expect(answer.body.results).toMatchObject([{ status: 500, error: { code: "INTERNAL" } }, { status: 202 }]);
    expect(log.lines).toMatchObject([
      { level: "error", fields: { index: 0, error_name: "Error", request_id: "req-1" } },
      { level: "debug", message: "request answered" },
    ]);
    expect(JSON.stringify([answer, log.lines])).not.toContain("s3cret");
  });

  it("takes 100 jobs", async () => {
    const { post, jobs } = world();
    expect((await post(Array.from({ length: 100 }, () => order))).body.accepted).toBe(100);
    expect(jobs.all()).toHaveLength(100);
  });

  it.each([
    ["more than 100 jobs", { body: { jobs: Array.from({ length: 101 }, () => order) } }, 400, "/jobs"],
    ["no jobs", { body: { jobs: [] } }, 400, "/jobs"],
    ["no list", { body: order }, 400, "/jobs"],
    ["a field beside the jobs", { body: { jobs: [order], env: "prd" } }, 400, "/env"],
    ["a key for the whole batch", { headers: { "Idempotency-Key": "k" } }, 400, "/headers/idempotency-key"],
    ["a key that may only read", { scopes: { ...allScopes, verbs: ["jobs:read" as const] } }, 403, undefined],
    ["no authorization", { scopes: null }, 401, undefined],
    [
      "a huge body",
      { body: { jobs: [{ ...order, input: { body: { text: "x".repeat(5_000_000) } } }] } },
      413,
      undefined,
    ],
  ])("refuses a batch with %s as a whole", async (_what, asked, status, pointer) => {
    const { post, jobs } = world();
    const answer = await post([order], asked);
    expect(answer.status).toBe(status);
    if (pointer) expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer }));
    expect(jobs.all()).toEqual([]);
  });
});
