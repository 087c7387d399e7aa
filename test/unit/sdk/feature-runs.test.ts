import { InvalidRequestError } from "../../../sdk/src/index.ts";
import { aReceipt, completedJob, fakeApi, type Reply, rejection } from "./fake-api.ts";

const id = "job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e";
const began = Date.UTC(2030, 0, 1);
const step = (status: string, more: object = {}) => ({
  status,
  started_at: began + 10,
  finished_at: began + 20,
  ...more,
});
const aRun = (more: object = {}) => ({
  ...completedJob({}),
  ...{ job_id: id, type: "feature", event: "book", product_tag: "shop", env: "dev", attempts: [] },
  ...{ created_at: began, started_at: began + 5, first_started_at: began + 5, finished_at: began + 105 },
  steps: {
    "main.reserve": step("completed", { job_id: "job_1" }),
    "main.charge": step("completed", { job_id: "job_2" }),
  },
  result: { ok: true },
  ...more,
});
const failure = { code: "PROVIDER_ERROR", message: "Step main.charge failed: declined", retryable: false };
const rolledBack = aRun({
  ...{ status: "failed", error: failure, result: undefined, rolled_back: { steps: 1, failed: 0 } },
  steps: {
    "main.reserve": step("completed", { job_id: "job_1", undo: { status: "completed", finished_at: began + 90 } }),
    "main.charge": step("failed", { job_id: "job_2", error: failure }),
  },
});
const related = { feature_id: id, feature_tag: "book", status: "completed", created_at: began };
const none: Reply = { body: { jobs: [] } };
const here = { product: "shop", env: "dev" };

async function with_<T>(script: Reply[], call: (api: Awaited<ReturnType<typeof fakeApi>>) => Promise<T>): Promise<T> {
  await using api = await fakeApi(script, here);
  return await call(api);
}

describe("a feature that is executed", () => {
  test("resolves with its output and steps", async () => {
    await with_([{ status: 202, body: aReceipt({ status: "queued" }) }, { body: aRun() }], async ({ client, seen }) => {
      const outcome = await client.features.execute({ tag: "book", input: { guest: "ada" }, idempotency_key: "k" });
      expect(outcome).toEqual({
        ...{ feature_id: id, workflow_id: id, status: "completed", output: { ok: true }, execution_time: 100 },
        completed_steps: ["main.reserve", "main.charge"],
      });
      expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({
        ...{ event: "book", input: { guest: "ada" }, idempotency_key: "k" },
      });
    });
  });

  test("resolves with its failure and with what was undone", async () => {
    await with_([{ status: 202, body: aReceipt({ status: "queued" }) }, { body: rolledBack }], async ({ client }) => {
      expect(await client.workflows.execute({ workflow: "book" })).toMatchObject({
        ...{ status: "rolled_back", completed_steps: ["main.reserve"], failed_step: "main.charge" },
        error: { code: "PROVIDER_ERROR", step: "main.charge" },
        rollback_result: { rolled_back_steps: ["main.reserve"], failed_steps: [] },
      });
    });
  });

  test("is left running after its time-out", async () => {
    const running = aRun({ status: "running", finished_at: undefined, result: undefined });
    await with_([{ status: 202, body: aReceipt({ status: "queued" }) }, { body: running }], async ({ client }) => {
      expect(await client.features.execute({ tag: "book", timeout: 3000 })).toMatchObject({
        ...{ status: "running", execution_time: 3000 },
      });
    });
  });

  test("is named as feature_tag too", async () => {
    await with_([{ status: 202, body: aReceipt({ status: "queued" }) }, { body: aRun() }], async ({ client, seen }) => {
      await client.features.execute({ feature_tag: "book", input: {} });
      expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({ event: "book" });
    });
  });

  test("has no id or context of the caller's", async () => {
    await with_([{}], async ({ client, seen }) => {
      for (const name of ["feature_id", "workflow_id"]) {
        const error = await rejection(
          client.features.execute({ tag: "book", [name]: "mine", context: { source: "api" } } as never),
        );
        expect(error).toBeInstanceOf(InvalidRequestError);
        expect(error).toMatchObject({
          errors: [
            { pointer: `/${name}`, detail: expect.stringContaining("idempotency_key") },
            { pointer: "/context", detail: expect.stringContaining("in the input") },
          ],
        });
      }
      expect(seen).toEqual([]);
    });
  });
});

test("the status of a run names the steps that are open", async () => {
  const waiting = aRun({
    ...{ status: "running", finished_at: undefined, result: undefined },
    steps: {
      "main.reserve": step("completed"),
      "main.money": { status: "waiting", started_at: began + 30 },
      "main.charge": { status: "not_started" },
    },
    waits: [{ step: "main.money", since: began + 30 }],
  });
  await with_([{ body: waiting }], async ({ client }) => {
    expect(await client.features.status({ feature_id: id })).toMatchObject({
      ...{ feature_tag: "book", status: "running", current_step: "main.money", current_steps: ["main.money"] },
      ...{ completed_steps: ["main.reserve"], started_at: began + 5, waits: [{ step: "main.money" }] },
    });
  });
});

test("the status of a run of code has its state, with the answers of its queries", async () => {
  const state = { orderStatus: "paid", queries: { getProgress: { done: 2 } } };
  await with_([{ body: aRun({ state }) }, { body: aRun() }], async ({ client }) => {
    expect((await client.features.status({ feature_id: id })).state).toEqual(state);
    expect((await client.features.status({ feature_id: id })).state).toEqual({});
  });
});

test("a query of a run of code is answered by what the run shows, and one that there is not is refused", async () => {
  const state = { queries: { getProgress: { done: 2 }, isPaid: null } };
  const running = [{ body: aRun({ state }) }, { body: aRun({ state }) }, { body: aRun({ state }) }, { body: aRun() }];
  await with_(running, async ({ client }) => {
    expect(await client.features.query({ feature_id: id, query: "getProgress" })).toEqual({ done: 2 });
    expect(await client.workflows.query({ workflow_id: id, query: "isPaid" })).toBeNull();
    expect(await rejection(client.features.query({ feature_id: id, query: "toString" }))).toMatchObject({
      code: "INVALID_REQUEST",
      errors: [{ pointer: "/query", detail: "is none of the run's: getProgress, isPaid" }],
    });
    expect(await rejection(client.features.query({ feature_id: id, query: "getProgress" }))).toMatchObject({
      errors: [{ pointer: "/query", detail: "has no answer: the run has none yet" }],
    });
  });
});

test("the history of a run has the ends of its steps and its undos in their order, and the runs made of it", async () => {
  const replay = { ...aRun(), job_id: "job_3", created_at: began + 500 };
  await with_([{ body: rolledBack }, { body: { jobs: [replay] } }, none], async ({ client, seen }) => {
    const { events, replays, restarts } = await client.features.history({ workflow_id: id });
    expect(events.map(({ type, data }) => `${type} ${data.step ?? ""}`.trim())).toEqual([
      ...["feature.created", "feature.started", "step.started main.reserve", "step.started main.charge"],
      ...["step.completed main.reserve", "step.failed main.charge", "step.rolled_back main.reserve"],
      "feature.rolled_back",
    ]);
    expect(replays).toEqual([
      { feature_id: "job_3", feature_tag: "book", status: "completed", created_at: began + 500 },
    ]);
    expect(restarts).toEqual([]);
    expect(seen[1]?.path).toContain(`label=replay-of-${id}`);
  });
});

describe("a step of a run", () => {
  test("is found by its tag, with the result of its job", async () => {
    const job = { ...completedJob({ body: 1 }), attempts: [{}, {}] };
    await with_([{ body: aRun() }, { body: job }], async ({ client }) => {
      expect(await client.features.stepDetail({ feature_id: id, step_tag: "charge" })).toMatchObject({
        ...{ step_tag: "main.charge", status: "completed", duration_ms: 10, job_id: "job_2", attempts: 2 },
        output: { body: 1 },
      });
    });
  });

  test("has Ductape's names besides, and what own code has returned", async () => {
    const steps = { sum: step("completed", { returned: { total: 3 }, undo: { status: "completed" } }) };
    await with_([{ body: aRun({ steps }) }], async ({ client }) => {
      expect(await client.features.stepDetail({ feature_id: id, step_tag: "sum" })).toMatchObject({
        ...{ tag: "sum", name: "sum", duration: 10, start_time: began + 10, end_time: began + 20 },
        ...{ output: { total: 3 }, rollback_status: "completed" },
      });
    });
  });

  test("that is none is refused with those that are", async () => {
    await with_([{ body: aRun() }], async ({ client }) => {
      expect(await rejection(client.features.stepDetail({ feature_id: id, step_tag: "pay" }))).toMatchObject({
        errors: [{ pointer: "/step_tag", detail: "is none of the run's steps: main.reserve, main.charge" }],
      });
    });
  });
});

describe("a new run of a run", () => {
  const started: Reply = { status: 202, body: { ...aReceipt({ status: "queued" }), job_id: "job_9" } };
  const input: Reply = { body: { job_id: id, input: { guest: "ada", nights: 2 } } };

  test("has its input, and a label that leads back", async () => {
    await with_([{ body: rolledBack }, input, started], async ({ client, seen }) => {
      const made = await client.features.replay({ feature_id: id, reason: "fixed", idempotency_key: "again" });
      expect(made).toEqual({
        ...{ feature_id: "job_9", workflow_id: "job_9", replayed_from: id, status: "scheduled", reason: "fixed" },
      });
      expect(JSON.parse(seen[2]?.body ?? "")).toEqual({
        ...{ product_tag: "shop", env: "dev", event: "book", input: { guest: "ada", nights: 2 } },
        ...{ labels: [`replay-of-${id}`], idempotency_key: "again" },
      });
    });
  });

  test.each([
    ["a whole one", { input: { guest: "bob" } }, { guest: "bob" }],
    ["other fields in it", { input_override: { nights: 3 } }, { guest: "ada", nights: 3 }],
    ["only these fields", { input_override: { nights: 3 }, merge_input: false }, { nights: 3 }],
  ])("restarts with another input: %s", async (_what, how, sent) => {
    const isWhole = !("guest" in sent) || sent.guest === "bob";
    await with_([{ body: aRun() }, ...(isWhole ? [] : [input]), started], async ({ client, seen }) => {
      expect(await client.features.restart({ feature_id: id, ...how })).toMatchObject({ restarted_from: id });
      expect(JSON.parse(seen.at(-1)?.body ?? "")).toMatchObject({ input: sent, labels: [`restart-of-${id}`] });
    });
  });

  test.each(["replay", "restart"] as const)("takes the options of features.dispatch (%s)", async (call) => {
    await with_([{ body: aRun() }, input, started], async ({ client, seen }) => {
      await client.features[call]({ feature_id: id, options: { retries: 5, timeout: 120_000 } });
      expect(JSON.parse(seen.at(-1)?.body ?? "")).toMatchObject({ retries: 5, timeout_ms: 120_000 });
    });
  });

  test.each(["replay", "restart"] as const)("is refused with any other option (%s)", async (call) => {
    await with_([{}], async ({ client, seen }) => {
      const options = { retries: 5, debug: true } as object;
      expect(await rejection(client.features[call]({ feature_id: id, options }))).toMatchObject({
        errors: [{ pointer: "/options/debug", detail: expect.stringContaining("features.history") }],
      });
      expect(seen).toEqual([]);
    });
  });

  test("is refused where the event hides a part of the input", async () => {
    const hidden: Reply = { body: { job_id: id, input: { card: "[redacted]" }, redacted: ["/card"] } };
    await with_([{ body: aRun() }, hidden], async ({ client, seen }) => {
      expect(await rejection(client.features.replay({ feature_id: id }))).toMatchObject({
        errors: [{ detail: expect.stringContaining("the event hides /card") }],
      });
      expect(seen).toHaveLength(2);
    });
  });
});

test("a cancelled run tells which steps were rolled back, once they are", async () => {
  const ending = aRun({ status: "running", ending: { cause: "cancelled", since: began }, finished_at: undefined });
  const ended = { ...rolledBack, status: "cancelled" };
  await with_([{ body: ending }, { body: ended }], async ({ client, seen }) => {
    expect(await client.features.cancel({ feature_id: id, reason: "full" })).toEqual({
      ...{ feature_id: id, cancelled: true, status: "cancelled", rolled_back_steps: ["main.reserve"] },
    });
    expect(seen[1]?.path).toContain("wait=25");
  });
});

test("a cancelled run is told of although the API lets no more requests of the key wait", async () => {
  const ending = aRun({ status: "running", ending: { cause: "cancelled", since: began }, finished_at: undefined });
  const script = [
    { body: ending },
    ...Array(5).fill({ status: 429, headers: { "retry-after": "5" } }),
    { body: ending },
  ];
  await with_(script, async ({ client, seen }) => {
    const said = { cancelled: true, status: "running", rolled_back_steps: [] };
    expect(await client.features.cancel({ feature_id: id })).toMatchObject(said);
    expect(seen.at(-1)?.path).toBe(`/v1/jobs/${id}`);
  });
});

test("related executions are the parent, the steps' jobs and the runs made of it", async () => {
  const child = aRun({ parent: { job_id: "job_0", run: 1, step: "main.book" } });
  await with_([{ body: child }, none, none], async ({ client }) => {
    expect(await client.features.relatedExecutions({ feature_id: id })).toEqual({
      ...{ feature_id: id, parent: { feature_id: "job_0", step: "main.book" }, replays: [], restarts: [] },
      ...{ original: id, executions: [{ ...related, type: "original" }] },
      children: [
        { feature_id: "job_1", step: "main.reserve", status: "completed" },
        { feature_id: "job_2", step: "main.charge", status: "completed" },
      ],
    });
  });
});

test("related executions of a run that was made of another lead back to it", async () => {
  const replay = { ...aRun({ labels: ["vip", "replay-of-job_0"] }) };
  const restart = { ...aRun(), job_id: "job_3" };
  await with_([{ body: replay }, none, { body: { jobs: [restart] } }], async ({ client }) => {
    const { original, executions } = await client.features.relatedExecutions({ feature_id: id });
    expect(original).toBe("job_0");
    expect(executions).toEqual([
      { ...related, type: "replay", replayed_from: "job_0" },
      { ...related, feature_id: "job_3", type: "restart", restarted_from: id },
    ]);
  });
});

test.each(["status", "history", "replay", "cancel"] as const)("%s needs the id of a run", async (call) => {
  await with_([{}], async ({ client }) => {
    expect(await rejection(client.features[call]({}))).toMatchObject({ errors: [{ pointer: "/feature_id" }] });
  });
});

test("the job of another type is no run of a feature", async () => {
  await with_([{ body: { ...completedJob({}), type: "action" } }], async ({ client }) => {
    expect(await rejection(client.features.status({ feature_id: id }))).toMatchObject({
      errors: [{ detail: expect.stringContaining("type action") }],
    });
  });
});
