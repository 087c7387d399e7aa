import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { dynamoApiKeys } from "../../lambdas/aws/dynamodb/api-keys.ts";
import { dynamoEndpoints } from "../../lambdas/aws/dynamodb/endpoints.ts";
import { type Item, itemKeyOf, jobFrom } from "../../lambdas/aws/dynamodb/job-item.ts";
import { dynamoJobStore } from "../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoStatsStore } from "../../lambdas/aws/dynamodb/stats-store.ts";
import { streamHandler } from "../../lambdas/aws/lambda/stream-handler.ts";
import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../lambdas/consumers/types/feature/execute.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import { isFinished, type Job, jobMessageOf } from "../../lambdas/core/job/job.ts";
import { finalEvents } from "../../lambdas/core/job/job-event.ts";
import { recent } from "../../lambdas/core/kernel/recent.ts";
import { changeJob, resume, retry } from "../../lambdas/core/operations/change-job.ts";
import type { Execute } from "../../lambdas/core/operations/execution.ts";
import { load } from "../../lambdas/core/operations/payload.ts";
import { handleChanges } from "../../lambdas/lifecycle/handle.ts";
import { reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { startDynamo, table } from "../support/aws/dynamo.ts";
import { fakeDeadLetters } from "../support/fakes/dead-letters.ts";
import { fakeEventBus } from "../support/fakes/event-bus.ts";
import { fakeMessageQueue } from "../support/fakes/message-queue.ts";
import { fakeServices } from "../support/fakes/services.ts";
import { productWith } from "../support/feature-world.ts";
import { apiKey, blobs, ids, items, onboard, writtenAt } from "../support/stored/version-0.1.ts";

const minute = 60_000;
const answers: Execute = async ({ job }) => ({ body: { id: `${job.event}-1` } });

/** Today's code on a table and blobs of version 0.1, at the time at which they were written. */
async function upgraded() {
  const { client, stop } = await startDynamo();
  for (const Item of items) await client.send(new PutItemCommand({ TableName: table, Item }));
  const fakes = fakeServices({ catalog: makeCatalog([productWith({ onboard })], registry) });
  const services = { ...fakes, jobs: dynamoJobStore({ client, table, retentionDays: 30 }) };
  const { clock, queue } = services;
  await clock.advance(writtenAt - clock.now());
  for (const [key, value] of blobs)
    await services.blobs.put(key, Buffer.from(JSON.stringify(value)), "application/json");

  const run = ({ type, message }: Pick<(typeof queue.sent)[number], "type" | "message">) =>
    type === "feature"
      ? runJob(services, decide, message, { policy: decisionPolicy, random: () => 0 })
      : runJob(services, answers, message, { random: () => 0 });
  const job = async (name: string) => (await services.jobs.get(ids[name] as string)) as Job;
  const raw = async (name: string) =>
    (await client.send(new GetItemCommand({ TableName: table, Key: itemKeyOf(ids[name] as string) }))).Item as Item;

  return {
    ...services,
    client,
    stop,
    job,
    raw,
    run,
    runNamed: async (name: string) => {
      const { type, ...rest } = await job(name);
      await run({ type, message: jobMessageOf({ type, ...rest }) });
    },
    /** Lets time pass, minute by minute: delivers what is sent, and runs the reconciler. */
    async pass(minutes: number) {
      for (let i = 0; i < minutes; i++) {
        await reconcile(services);
        for (let rounds = 0; queue.sent.length > 0 && rounds < 50; rounds++)
          for (const sent of queue.sent.splice(0)) {
            await clock.advance(Math.max(sent.delaySeconds * 1000, sent.message.due_at - clock.now(), 0));
            await run(sent);
          }
        await clock.advance(minute);
      }
    },
  };
}

let w: Awaited<ReturnType<typeof upgraded>>;
beforeEach(async () => {
  w = await upgraded();
});
afterEach(() => w.stop());

describe("a table written by version 0.1", () => {
  it("is read under today's names and written with them", async () => {
    expect(await w.raw("refused and woken")).toMatchObject({
      again_at: { N: expect.anything() },
      woken: { BOOL: true },
    });
    const job = await w.job("refused and woken");
    expect(job).toMatchObject({ retry_decision_at: writtenAt + 5000, wake_requested: true });
    for (const old of ["again_at", "woken"]) expect(job).not.toHaveProperty(old);
    expect(await w.jobs.replace({ ...job, version: job.version + 1 })).toBe("replaced");
    const written = await w.raw("refused and woken");
    for (const old of ["again_at", "woken"]) expect(written).not.toHaveProperty(old);
    expect(written).toMatchObject({ wake_requested: { BOOL: true } });
  });

  it("keeps the old names under a claim, and is still read", async () => {
    await w.jobs.claim(jobMessageOf(await w.job("refused")), { claimId: "c", now: writtenAt + 1, leaseMarginMs: 1000 });
    expect(await w.raw("refused")).toMatchObject({ status: { S: "running" }, again_at: { N: expect.anything() } });
    expect(await w.job("refused")).toMatchObject({ claim_id: "c", retry_decision_at: writtenAt + 5000 });
  });

  it("has jobs that today's engine and reconciler bring to their ends", async () => {
    await w.pass(130);
    const ends = await Promise.all(Object.keys(ids).map(async (name) => [name, (await w.job(name)).status]));
    expect(Object.fromEntries(ends)).toEqual({
      scheduled: "completed",
      queued: "completed",
      running: "completed",
      retrying: "completed",
      completed: "completed",
      failed: "failed",
      cancelled: "cancelled",
      "waits for a task": "completed",
      series: "scheduled",
      paused: "paused",
      pausing: "paused",
      parked: "completed",
      refused: "completed",
      faulty: "completed",
      woken: "completed",
      "refused and woken": "completed",
      "failed feature": "failed",
      "completed feature": "completed",
    });
    expect((await w.job("series")).run).toBeGreaterThan(2);
    expect((await w.job("running")).attempts).toMatchObject([{ crashes: 1, outcome: "completed" }]);
    for (const name of ["parked", "refused", "woken", "refused and woken"])
      expect((await w.job(name)).result).toEqual({ inline: { order: "create-1" } });
  });
});

describe("a feature parked by version 0.1", () => {
  it("is not asked twice for a decision that was already requested", async () => {
    const throttled = async () => {
      throw Object.assign(new Error(), { name: "ThrottlingException", $fault: "server" });
    };
    w.blobs.get = throttled;
    await w.runNamed("refused");
    expect(w.queue.sent.filter(({ type }) => type === "feature")).toEqual([]);
  });

  it("with a wake-up during its decision decides once more", async () => {
    await w.clock.advance(minute);
    await w.runNamed("woken");
    expect(w.queue.sent).toMatchObject([{ type: "feature", delaySeconds: 0, message: { job_id: ids.woken } }]);
    expect(await w.job("woken")).not.toHaveProperty("wake_requested");
  });

  it("repeats nothing that it has done when it is retried", async () => {
    const before = await w.job("failed feature");
    await changeJob(w, before.id, retry(0));
    await w.pass(2);
    expect(await w.job("failed feature")).toMatchObject({ status: "completed", attempt: 2 });
  });
});

describe("a series written by version 0.1", () => {
  it("has its archived runs, including their results", async () => {
    const { runs } = await w.jobs.runs(ids.series as string, { limit: 10, order: "asc" });
    expect(runs).toMatchObject([{ run: 1, status: "completed" }]);
    expect(await load(w.blobs, (runs[0] as { result: Job["input"] }).result)).toEqual({ text: "x".repeat(5000) });
  });

  it("continues from where it was paused", async () => {
    const job = await changeJob(w, ids.paused as string, resume);
    expect(job).toMatchObject({ status: "scheduled", run: 1 });
    expect(job.due_at).toBeGreaterThan(writtenAt);
  });
});

describe("what version 0.1 stored beside jobs", () => {
  it("is read: large inputs and results, keys, endpoints and counters", async () => {
    const done = await w.job("completed");
    expect(await load(w.blobs, done.input)).toEqual({ body: { text: "x".repeat(5000) } });
    expect(await load(w.blobs, done.result as Job["input"])).toEqual({ text: "x".repeat(5000) });
    expect(done.request_id).toBe("JKJaXmPLvHcESHA=");
    expect(await dynamoApiKeys({ client: w.client, table }).get(apiKey)).toMatchObject({
      name: "ops",
      scopes: { products: ["shop"], envs: ["*"] },
    });
    const endpoints = dynamoEndpoints({ client: w.client, table });
    const endpoint = { product: "shop", env: "dev" };
    expect(await endpoints.get({ ...endpoint, webhook: "all" })).toMatchObject({
      failures: 1,
      last_failure: "TIMEOUT",
    });
    expect(await endpoints.get({ ...endpoint, webhook: "off" })).toMatchObject({ disabled: { at: writtenAt + 1000 } });
    expect(
      await dynamoStatsStore({ client: w.client, table }).read("shop", "dev", writtenAt, writtenAt + 60 * minute),
    ).toMatchObject([{ counts: { scheduled: 3, completed: 2 } }]);
  });
});

describe("a write that changes an item of version 0.1", () => {
  it("informs the lifecycle of the job's progress", async () => {
    const OldImage = await w.raw("refused");
    await w.pass(6);
    const NewImage = await w.raw("refused");
    expect(isFinished(jobFrom(NewImage))).toBe(true);
    const bus = fakeEventBus();
    const handle = streamHandler(
      () => ({
        bus,
        stats: w.stats,
        failures: w.failures,
        blobs: w.blobs,
        tasks: fakeMessageQueue(),
        webhooks: fakeMessageQueue(),
        endpoints: [],
        signals: w.signals,
        runLogs: w.runLogs,
        queue: w.queue,
        deadLetters: fakeDeadLetters(),
        recentlySent: recent(),
        log: w.log,
        clock: w.clock,
        publish: new Set(finalEvents),
      }),
      handleChanges,
    );
    const record = { eventID: "1", dynamodb: { OldImage, NewImage, SequenceNumber: "1" } } as DynamoDBRecord;
    const answer = await handle({ Records: [record] }, { awsRequestId: "1" } as never);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(bus.published).toMatchObject([{ name: "completed", detail: { job_id: ids.refused } }]);
  });
});
