import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { until } from "../support/local/until.ts";
import type { Answer, Call, Outputs } from "./deployment.ts";
import type { Received } from "./outside-world.ts";

interface System {
  settings(): { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  outputs(): Outputs;
  /** A call with the deployment's own key. */
  call(method: string, path: string, options?: Call): Promise<Answer>;
  received(method: string, path: string): Received[];
}

const second = 1000;
/** The reconciler runs once per minute. */
const patienceMs = 150 * second;

const held = (more: object = {}) => ({
  env: "prd",
  product_tag: "in-aws",
  event: "enter",
  start_at: 0,
  input: { body: {} },
  ...more,
});

interface AttemptView {
  due_at: number;
  started_at: number;
}

/** Limits, pauses and schedules, whose items, grants and reconciler are in AWS as they are deployed. */
export function describeFlow({ settings, outputs, call, received }: System): void {
  const get = (id: string, wait = 20) => call("GET", `/v1/jobs/${id}?wait=${wait}`);
  const finished = async (id: string) => {
    const job = await until(async () => {
      const { body } = await get(id);
      return ["completed", "failed"].includes(body.status) && body;
    }, patienceMs);
    expect(job).toMatchObject({ status: "completed" });
    return job;
  };
  const batch = async (jobs: object[]): Promise<string[]> => {
    const { body } = await call("POST", "/v1/jobs/batch", { body: { jobs } });
    return body.results.map(({ job }: { job: { job_id: string } }) => job.job_id);
  };

  describe("a limit", () => {
    test("of 2 lets two of eight jobs run at a time", async () => {
      const ids = await batch(Array.from({ length: 8 }, () => held()));
      for (const id of ids) await finished(id);
      const calls = received("POST", "/held");
      expect(calls).toHaveLength(ids.length);
      expect(Math.max(...calls.map((one) => beside(calls, one)))).toBe(2);
      const { body } = await call("GET", "/v1/limits?product_tag=in-aws&env=prd&name=door&key=");
      expect(body.limits).toMatchObject([{ name: "door", concurrency: 2, gates: [{ in_use: 0, waiting: 0 }] }]);
    }, 240_000);

    test("of one start per 2 s has its pump call each job for its own start", async () => {
      const asked = Date.now();
      const ids = await batch(Array.from({ length: 8 }, () => held({ event: "tick" })));
      const waits = await until(async () => {
        const views = await Promise.all(ids.map(async (id) => (await get(id, 0)).body));
        return views.find(({ waiting_for }) => waiting_for);
      }, patienceMs);
      expect(waits).toMatchObject({ status: "queued", waiting_for: { limit: "clock" }, attempts: [] });
      const attempts: AttemptView[] = [];
      for (const id of ids) attempts.push((await finished(id)).attempts[0]);
      const inOrder = attempts.sort((a, b) => a.started_at - b.started_at);
      const first = inOrder[0]?.started_at ?? 0;
      // Nothing is moved: each was due when it was asked for. A claim may be later than the start that it has taken.
      for (const [i, { due_at, started_at }] of inOrder.entries()) {
        expect(due_at).toBeLessThan(asked + 2 * second);
        expect(started_at - first).toBeGreaterThanOrEqual(i * 2 * second - second);
      }
      // Each start is used, although the reconciler comes once a minute only: it was the pump that called them.
      expect((inOrder.at(-1)?.started_at ?? 0) - first).toBeLessThan(40 * second);
      const key = { PK: { S: "PUMP#in-aws#prd#clock#" }, SK: { S: "PUMP" } };
      const { Item } = await new DynamoDBClient(settings()).send(
        new GetItemCommand({ TableName: outputs().TableName, Key: key }),
      );
      expect(Number(Item?.countedAt?.N ?? Item?.expires?.N)).toBeGreaterThan(0);
    }, 240_000);

    test("may be pinned to other numbers for a time", async () => {
      const path = "/v1/limits/in-aws/prd/door";
      const pinned = await call("PUT", path, { body: { concurrency: 1, until: Date.now() + 60 * second } });
      expect(pinned).toMatchObject({ status: 200, body: { concurrency: 1, pinned: { concurrency: 1 } } });
      const unpinned = await call("DELETE", path);
      expect(unpinned).toMatchObject({ status: 200, body: { concurrency: 2 } });
      expect(unpinned.body).not.toHaveProperty("pinned");
    });
  });

  test("a pause holds the jobs that fall due, which run after it", async () => {
    const scope = { product_tag: "in-aws", env: "prd", event: "double", reason: "the deploy test" };
    const { status, body: pause } = await call("POST", "/v1/pauses", { body: scope });
    expect(status).toBe(201);
    // Consumers notice a pause within 5 s.
    const due = Date.now() + 6 * second;
    const double = held({ event: "double", input: { payload: { n: 21 } }, start_at: due });
    const { body: receipt } = await call("POST", "/v1/jobs", { body: double });
    const waits = await until(async () => {
      const { body } = await get(receipt.job_id, 3);
      return Date.now() > due + 3 * second && body;
    }, patienceMs);
    expect(waits).toMatchObject({ status: "queued", waiting_for: { pause: pause.id }, attempts: [] });
    const ended = Date.now();
    expect(await call("DELETE", `/v1/pauses/${pause.id}`)).toMatchObject({ status: 200 });
    const { attempts } = await finished(receipt.job_id);
    expect(attempts).toHaveLength(1);
    expect(attempts[0].started_at).toBeGreaterThanOrEqual(ended);
  }, 240_000);

  test("the reconciler has made the job of a schedule in the catalog", async () => {
    const series = await until(async () => {
      const { body } = await call("GET", "/v1/series?product_tag=my-product&env=prd");
      return body.series.find(({ schedule }: { schedule?: string }) => schedule === "daily_price_check");
    }, patienceMs);
    expect(series).toMatchObject({ status: "scheduled", event: "calculate_price", repeat: { cron: "0 6 * * *" } });
    expect(series).not.toHaveProperty("drift");
    expect(await call("POST", `/v1/jobs/${series.job_id}/run-now`, { body: {} })).toMatchObject({ status: 200 });
    const runs = await until(async () => {
      const { body } = await call("GET", `/v1/jobs/${series.job_id}/runs`);
      return body.runs.some(({ status: of }: { status: string }) => of === "completed") && body.runs;
    }, patienceMs);
    expect(runs).toEqual(expect.arrayContaining([expect.objectContaining({ run: 1, status: "completed" })]));
  }, 240_000);
}

/** How many calls were under way when this one began, itself among them. */
const beside = (calls: Received[], { at }: Received): number =>
  calls.filter((other) => other.at <= at && (other.answered_at ?? Number.POSITIVE_INFINITY) > at).length;
