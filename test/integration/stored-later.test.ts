import { type AttributeValue, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyStructuredResultV2, Context, DynamoDBRecord, SQSEvent } from "aws-lambda";
import * as z from "zod";
import { seeded } from "../../bench/lateness/model.ts";
import { routes } from "../../lambdas/api/routes.ts";
import { authorize } from "../../lambdas/authorizer/authorize.ts";
import { jobFrom } from "../../lambdas/aws/dynamodb/job-item.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import { queueHandler } from "../../lambdas/aws/lambda/queue-handler.ts";
import { streamHandler } from "../../lambdas/aws/lambda/stream-handler.ts";
import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../lambdas/consumers/types/feature/execute.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { allScopes, may, Scopes, verbs } from "../../lambdas/core/access/scopes.ts";
import { definitionId } from "../../lambdas/core/catalog/feature-definition.ts";
import { schedulesHash } from "../../lambdas/core/catalog/schedules.ts";
import { endpointsOf } from "../../lambdas/core/catalog/webhook.ts";
import { firstCursor, ImportCursor } from "../../lambdas/core/job/import-cursor.ts";
import { isKnownJob, type Job, JobMessage, jobMessageOf, jobTypes } from "../../lambdas/core/job/job.ts";
import { finalEvents } from "../../lambdas/core/job/job-event.ts";
import { OperationMessage } from "../../lambdas/core/job/operation.ts";
import { RelayMessage } from "../../lambdas/core/job/relay-message.ts";
import { jobStatuses } from "../../lambdas/core/kernel/job-status.ts";
import { recent } from "../../lambdas/core/kernel/recent.ts";
import { TickMessage } from "../../lambdas/core/limits/pump.ts";
import { tickLine } from "../../lambdas/core/operations/tick.ts";
import { taskMessagesOf } from "../../lambdas/core/outbound/task.ts";
import { TaskMessage } from "../../lambdas/core/outbound/task-message.ts";
import { Delivery, deliveriesOf } from "../../lambdas/core/outbound/webhook.ts";
import { handleChanges } from "../../lambdas/lifecycle/handle.ts";
import { newMemory } from "../../lambdas/reconciler/memory.ts";
import { reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { syncSchedules } from "../../lambdas/reconciler/schedules.ts";
import { answerTask } from "../../lambdas/tasks/answer.ts";
import { queuesOf } from "../../lambdas/topology.ts";
import { deliver } from "../../lambdas/webhooks/deliver.ts";
import { table } from "../support/aws/dynamo.ts";
import { anEvent, noon } from "../support/builders.ts";
import { fakeDeadLetters } from "../support/fakes/dead-letters.ts";
import { fakeAnnouncer } from "../support/fakes/endpoints.ts";
import { fakeEventBus } from "../support/fakes/event-bus.ts";
import { fakeMessageQueue } from "../support/fakes/message-queue.ts";
import { type Asked, httpEvent } from "../support/http-event.ts";
import {
  apiKey,
  jobs,
  kinds,
  lane,
  onboardDefinition,
  operation,
  partitions,
  product,
  startWorld,
} from "../support/stored/kinds.ts";
import { type Item, laterJson, laterPrefix, withFields, withWords } from "../support/stored/later.ts";

type World = Awaited<ReturnType<typeof startWorld>>;
type Random = () => number;

const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1);
const nameOf = ({ PK, SK }: Item) => `${PK?.S} ${SK?.S}`;
const kindOf = ({ PK }: Item) =>
  Object.values(kinds).find(({ prefix }) => PK?.S === prefix || PK?.S?.startsWith(prefix)) as (typeof kinds)[string];

let w: World;
let stored: Item[];
beforeEach(async () => {
  w = await startWorld();
  for (const kind of Object.values(kinds)) await kind.make(w);
  stored = await items();
});
afterEach(() => w.stop());

const items = async (): Promise<Item[]> =>
  (await w.client.send(new ScanCommand({ TableName: table, ConsistentRead: true }))).Items ?? [];
const put = (item: Item) => w.client.send(new PutItemCommand({ TableName: table, Item: item }));

/** Makes of all that is stored what a later version may have made of it, and puts things of its own beside it. */
async function change(change: (item: Item) => Item): Promise<Item[]> {
  const later = stored.map(change);
  for (const item of later) await put(item);
  for (const PK of new Set(stored.map(({ PK }) => PK as AttributeValue.SMember)))
    for (const SK of ["#later", "LATER#1", "zlater"]) await put({ PK, SK: { S: SK }, later_thing: { S: "x" } });
  return later;
}

/** Asks the API. Nothing that is stored may be a fault of the API. */
// biome-ignore lint/suspicious/noExplicitAny: what an API answers is for the test to say
async function ask(asked: Asked, allowed: readonly number[] = []): Promise<{ status: number; body: any }> {
  const handler = httpApi(() => w, routes);
  const answer = (await handler(httpEvent(asked), {} as Context)) as APIGatewayProxyStructuredResultV2;
  const { statusCode: status = 0, body = "null" } = answer;
  if (status >= 500 && !allowed.includes(status))
    throw new Error(`${asked.method ?? "GET"} ${asked.path}: ${status} ${body} ${JSON.stringify(w.log.lines.at(-1))}`);
  return { status, body: JSON.parse(body) };
}

const ids = Object.values(jobs).map(({ id }) => id);
const tenant = { product_tag: "shop", env: "dev" };

async function lists(): Promise<void> {
  for (const path of ["/v1/jobs", "/v1/series", "/v1/pauses", "/v1/limits", "/v1/webhooks", "/v1/me", "/v1/products"])
    expect([path, (await ask({ path })).status]).toEqual([path, 200]);
  const all = { from: new Date(noon - 86_400_000).toISOString(), to: new Date(noon + 3_600_000).toISOString() };
  for (const path of ["/v1/stats", "/v1/errors"])
    expect([path, (await ask({ path, query: { ...tenant, ...all } })).status]).toEqual([path, 200]);
  for (const path of ["/v1/stats/upcoming", "/v1/forecast", "/v1/costs"])
    expect([path, (await ask({ path, query: tenant })).status]).toEqual([path, 200]);
  expect((await ask({ path: "/v1/limits", query: { ...tenant, name: "lane", key: "" } })).status).toBe(200);
  for (const phase of ["queued", "running", "completed", "failed", "cancelled", "paused"])
    expect((await ask({ path: "/v1/jobs", query: { status: phase } })).status).toBe(200);
}

/** Every job is shown with the status that it has, and is in the list. */
async function shown(later: readonly Item[]): Promise<void> {
  const { body } = await ask({ path: "/v1/jobs", query: { limit: "100" } });
  expect(body.jobs.map(({ job_id }: { job_id: string }) => job_id).sort()).toEqual(ids.toSorted());
  for (const item of later.filter(({ SK }) => SK?.S === "STATE")) {
    const { id, status, type } = jobFrom(item);
    const { body: job } = await ask({ path: `/v1/jobs/${id}` });
    expect([job.status, job.type]).toEqual([status, type]);
    expect((await ask({ path: `/v1/jobs/${id}/runs` })).status).toBe(200);
    expect((await ask({ path: `/v1/jobs/${id}/cost` })).status).toBe(200);
    await ask({ path: `/v1/jobs/${id}/input` }, [503]);
  }
}

const action = { ...tenant, event: "create", input: { body: {} }, start_at: 0 };

async function requests(): Promise<void> {
  expect((await ask({ method: "POST", path: "/v1/jobs", body: action })).status).toBe(202);
  const only = { ...action, event: "only", input: { body: { user: "u" } } };
  const again = { "idempotency-key": "k" };
  for (const headers of [{}, again])
    expect([200, 202, 409]).toContain((await ask({ method: "POST", path: "/v1/jobs", body: only, headers })).status);
  const cached = { ...action, event: "cached", cache: "tag", input: { body: { user: "u" } } };
  expect((await ask({ method: "POST", path: "/v1/explain", body: cached })).status).toBe(200);
  for (const path of ["/v1/explain", "/v1/jobs"])
    expect((await ask({ method: "POST", path, body: { ...action, event: "limited" } })).status).toBeLessThan(300);
}

/** What people change. A job that this version does not know is left as it is. */
async function changes(later: readonly Item[]): Promise<void> {
  const of = new Map(later.filter(({ SK }) => SK?.S === "STATE").map((item) => [jobFrom(item).id, jobFrom(item)]));
  for (const verb of ["pause", "resume", "skip-next", "run-now", "reschedule", "retry", "cancel"])
    for (const id of ids) {
      const body = verb === "reschedule" ? { start_at: noon + 7_200_000 } : {};
      const { status } = await ask({ method: "POST", path: `/v1/jobs/${id}/${verb}`, body });
      if (!isKnownJob(of.get(id) as Job)) expect([verb, status]).toEqual([verb, 409]);
    }
  for (const bulk of ["cancel", "pause", "resume", "retry"])
    expect((await ask({ method: "POST", path: "/v1/jobs/bulk", body: { action: bulk, filter: tenant } })).status).toBe(
      200,
    );
  const scope = { product_tag: "shop", env: "dev", event: "mail", reason: "again" };
  expect((await ask({ method: "POST", path: "/v1/pauses", body: scope })).status).toBeLessThan(300);
}

const records = (...bodies: unknown[]) =>
  ({
    Records: bodies.map((body, i) => ({ messageId: `m${i}`, receiptHandle: "r", body: JSON.stringify(body) })),
  }) as unknown as SQSEvent;
const noRedelivery = { soon: async () => {} };

/** Messages of all jobs come, to the consumers of all types. Answers which jobs were executed. */
async function consume(random: Random): Promise<{ executed: Set<string>; failed: number }> {
  const executed = new Set<string>();
  let failed = 0;
  const found = await w.jobs.getMany(ids);
  for (const type of ["action", "feature"] as const) {
    const handler = queueHandler(
      () => ({ ...w, redelivery: noRedelivery }),
      JobMessage,
      (services, message) =>
        runJob(
          services,
          async (execution, given) => {
            executed.add(execution.job.id);
            return type === "feature" ? decide(execution, given) : { ok: true };
          },
          message,
          { type, random: () => 0, ...(type === "feature" && { policy: decisionPolicy }) },
        ),
    );
    const bodies = found.map((job) => laterJson(jobMessageOf(job), [], random));
    const { batchItemFailures } = await handler(records(...bodies), {} as Context);
    failed += batchItemFailures.length;
  }
  return { executed, failed };
}

const lifecycle = () => ({
  ...w,
  bus: fakeEventBus(),
  webhooks: fakeMessageQueue<Delivery>(),
  tasks: fakeMessageQueue<TaskMessage>(),
  deadLetters: fakeDeadLetters(),
  publish: new Set(finalEvents),
  endpoints: endpointsOf([product]),
  recentlySent: recent(),
});

/** The stream tells of every change from what was stored to what is, of its making and of its end. */
async function streamed(before: readonly Item[], after: readonly Item[]): Promise<void> {
  const services = lifecycle();
  const handler = streamHandler(() => services, handleChanges);
  const images = before.flatMap((OldImage, i) => {
    const NewImage = after[i] as Item;
    return OldImage.SK?.S === "STATE"
      ? [{ NewImage }, { OldImage, NewImage }, { OldImage: NewImage, NewImage: OldImage }, { OldImage: NewImage }]
      : [];
  });
  const Records = images.map((image, i) => ({
    eventID: `e${i}`,
    dynamodb: { ...image, SequenceNumber: String(i), ApproximateCreationDateTime: noon / 1000 },
  })) as unknown as DynamoDBRecord[];
  expect(await handler({ Records }, {} as Context)).toEqual({ batchItemFailures: [] });
  expect(services.deadLetters.kept).toEqual([]);
}

const errors = () => w.log.lines.filter(({ level }) => level === "error");

describe("the table of kinds", () => {
  it("has every kind of item that there is", () => {
    expect(
      Object.values(kinds)
        .map(({ prefix }) => prefix)
        .sort(),
    ).toEqual(partitions.toSorted());
    const made = new Set(stored.map((item) => kindOf(item)));
    expect(made).toEqual(new Set(Object.values(kinds)));
  });

  it("has a job of each status, and of each type that a product needs", () => {
    const statuses = new Set(Object.values(jobs).map(({ status }) => status));
    expect(statuses).toEqual(new Set(jobStatuses));
  });
});

describe.each(seeds)("the table of a later version (%i) after a roll back", (seed) => {
  it("has unknown fields and items, which are ignored", async () => {
    const random = seeded(seed);
    const later = await change((item) => withFields(item, random));
    await lists();
    await shown(later);
    await requests();
    await streamed(stored, later);
    await reconcile(w);
    const { executed, failed } = await consume(random);
    expect(failed).toBe(0);
    // The one with a limit stands in its line.
    expect(executed).toEqual(
      new Set([jobs.overdue, jobs.crashed, jobs.often, jobs.feature, jobs.step, jobs.ending].map(({ id }) => id)),
    );
    await changes(later);
    await syncSchedules(w, { states: w.states, hash: schedulesHash([product]) }, newMemory(), w.clock.now() + 10_000);
    expect(errors()).toEqual([]);
    expect((await authorize({ ...w, deployedKey: async () => "deployed" }, `Bearer ${apiKey.key}`))?.name).toBe("ci");
  });

  it("has unknown statuses and types, which are shown and left alone", async () => {
    const random = seeded(seed);
    const later = await change((item) => withWords(item, kindOf(item).words, random));
    const unknown = later
      .filter(({ SK }) => SK?.S === "STATE")
      .map(jobFrom)
      .filter((job) => !isKnownJob(job));
    expect(unknown.length).toBeGreaterThan(0);
    await lists();
    await shown(later);
    await requests();
    await streamed(stored, later);
    await reconcile(w);
    const { executed, failed } = await consume(random);
    expect(failed).toBe(0);
    await changes(later);
    await reconcile(w, 0);
    const left = await w.jobs.getMany(unknown.map(({ id }) => id));
    for (const job of unknown) {
      expect(executed).not.toContain(job.id);
      expect(left.find(({ id }) => id === job.id)).toEqual(job);
    }
    // Two get messages whatever became of them, which their consumers drop: one that was kept for the Scheduler, and a step's wake-up.
    const asked: string[] = [jobs.overdue.id, jobs.feature.id];
    const sent = new Set(w.queue.sent.map(({ message }) => message.job_id).filter((id) => !asked.includes(id)));
    expect(unknown.filter(({ id }) => sent.has(id))).toEqual([]);
    const everything = { action: "delete", filter: tenant };
    expect((await ask({ method: "POST", path: "/v1/jobs/bulk", body: everything })).status).toBe(200);
    expect(errors()).toEqual([]);
  });
});

/** A map of a form that this version does not know: its value is not inline, and not in the blob store either. */
const laterForm: AttributeValue[] = [
  { M: { packed: { B: Uint8Array.from([1, 2, 3]) } } },
  { S: "s3://elsewhere" },
  { M: { inline: { M: { text: { S: "{}" } } } } },
];

describe("a value or series of an unknown form", () => {
  const has = (field: string) => stored.filter(({ SK, ...item }) => SK?.S === "STATE" && item[field] !== undefined);

  it.each(laterForm)("is kept, is not shown, and holds up no list: %j", async (form) => {
    const fields = ["input", "progress", "result"];
    for (const item of stored)
      await put({ ...item, ...Object.fromEntries(fields.flatMap((name) => (item[name] ? [[name, form]] : []))) });
    await lists();
    await shown(stored);
    await streamed(stored, await items());
    const { executed } = await consume(seeded(1));
    // An attempt whose input cannot be read begins nothing, and is not spent.
    expect(executed).toEqual(new Set());
    expect(await w.jobs.get(jobs.overdue.id)).toMatchObject({ status: "queued", attempt: 1, claims: 0, attempts: [] });
    await ask({ method: "POST", path: `/v1/jobs/${jobs.planned.id}/cancel` });
    const [cancelled] = (await items()).filter(({ PK, SK }) => PK?.S === `JOB#${jobs.planned.id}` && SK?.S === "STATE");
    expect([cancelled?.status, cancelled?.input]).toEqual([{ S: "cancelled" }, form]);
    expect(errors().map(({ message }) => message)).not.toContain("request failed");
  });

  it("has no times and runs nothing", async () => {
    const series = has("repeat");
    expect(series).toHaveLength(3);
    for (const item of series) {
      const { cron, every, ...repeat } = item.repeat?.M ?? {};
      await put({ ...item, repeat: { M: { ...repeat, rrule: (cron ?? every) as AttributeValue } } });
    }
    await lists();
    await shown(stored);
    const before = await w.jobs.get(jobs.often.id);
    const { executed } = await consume(seeded(1));
    expect(executed).not.toContain(jobs.often.id);
    const { write_id: _write, version: _version, ...job } = (await w.jobs.get(jobs.often.id)) as Job;
    expect(before).toMatchObject(job);
    for (const verb of ["resume", "skip-next", "cancel"])
      expect(await ask({ method: "POST", path: `/v1/jobs/${jobs.hourly.id}/${verb}` })).toMatchObject({ status: 409 });
    await reconcile(w);
    expect(w.queue.sent.map(({ message }) => message.job_id)).not.toContain(jobs.often.id);
  });
});

describe("a field that a later version has added", () => {
  const onboardId = definitionId(onboardDefinition);
  const fieldsOf = (item: Item | undefined) =>
    Object.fromEntries(Object.entries(item ?? {}).filter(([name]) => name.startsWith(laterPrefix)));
  const found = async (item: Item) => (await items()).find((one) => nameOf(one) === nameOf(item));

  /** How this version writes each kind of item again. */
  const writes: Record<string, () => Promise<unknown>> = {
    job: () => ask({ method: "POST", path: `/v1/jobs/${jobs.planned.id}/cancel` }),
    statistics: () => kinds.statistics?.make(w) as Promise<unknown>,
    failures: () => kinds.failures?.make(w) as Promise<unknown>,
    rate: () => kinds.rate?.make(w) as Promise<unknown>,
    incident: () => kinds.incident?.make(w) as Promise<unknown>,
    spending: async () => {
      const before = await w.incidents.spending({ product: "shop", env: "dev" });
      if (before) await w.incidents.spend({ product: "shop", env: "dev" }, before, { ...before, until: noon + 1 });
    },
    operation: async () => {
      const found = await w.operations.get(operation.id);
      if (found) await w.operations.replace({ ...found, version: found.version + 1, turn: 5 });
    },
    waits: () => w.waits.add("deployed", noon),
    endpoint: () => kinds.endpoint?.make(w) as Promise<unknown>,
    sentDelivery: () => kinds.sentDelivery?.make(w) as Promise<unknown>,
    gate: () =>
      w.gates.take(
        { ...lane, part: 0 },
        { job: jobs.limited.id, turn: "1.1.0.0", now: noon, isCalled: true, slot: { lease: noon + 1, limit: 2 } },
      ),
    pins: () => w.gates.pin(lane, { concurrency: 2, until: noon, pinned_at: noon }),
    due: () => kinds.due?.make(w) as Promise<unknown>,
    bundles: () => w.runLogs.need({ sha256: "a".repeat(64), until: noon + 1 }),
    // Another event says the same.
    definitions: () => w.definitions.put(onboardId, onboardDefinition, { product: "shop", event: "again" }, noon),
    apiKey: () => w.keys.revoke(apiKey.record.id, noon),
    pause: async () => {
      const [pause] = await w.pauses.list();
      if (pause) await w.pauses.put({ ...pause, reason: "more", version: pause.version + 1 }, pause);
    },
  };

  it("is kept where an item is written again", () => {
    const kept = Object.keys(kinds).filter((name) => kinds[name]?.unknownFields === "kept");
    expect(Object.keys(writes).sort()).toEqual(kept.sort());
  });

  it.each(Object.keys(writes))("is kept in the item of: %s", async (name) => {
    const later = await change((item) => ({
      ...item,
      later_set: { SS: ["a", "b"] },
      later_map: { M: { a: { N: "1" } } },
    }));
    const before = new Map(later.map((item) => [nameOf(item), item]));
    await writes[name]?.();
    const written = (await items()).filter((item) => {
      const old = before.get(nameOf(item));
      return old && JSON.stringify(old) !== JSON.stringify(item);
    });
    expect(written.map(kindOf)).toContain(kinds[name]);
    for (const item of written.filter((one) => kindOf(one) === kinds[name]))
      expect(fieldsOf(await found(item))).toEqual({
        later_set: { SS: ["a", "b"] },
        later_map: { M: { a: { N: "1" } } },
      });
  });
});

describe("a key of a later version", () => {
  const rights = (scopes: Scopes) => verbs.filter((verb) => may(scopes, verb, { product: "shop", env: "dev" }));
  const { products, envs } = allScopes;

  it.each<[unknown, string[]]>([
    [{ products, envs, verbs: ["jobs:read", "jobs:erase"] }, ["jobs:read"]],
    [{ products, envs, verbs: ["jobs:erase", "admin"] }, []],
    [{ products, envs, verbs: ["jobs:admin"], events: ["create"] }, []],
    [{ products: [{ tag: "shop" }], envs, verbs: ["jobs:admin"] }, []],
    [["jobs:admin"], []],
    ["v2:abc", []],
  ])("may do what this version knows of its stored authorization: %j", async (scopes, can) => {
    const answers = { "jobs:read": await ask({ path: "/v1/jobs", scopes: scopes as Scopes }) };
    expect(answers["jobs:read"].status).toBe(can.includes("jobs:read") ? 200 : 403);
    expect((await ask({ method: "POST", path: "/v1/jobs", body: action, scopes: scopes as Scopes })).status).toBe(403);
    expect(rights(Scopes.safeParse(scopes).data ?? { products: [], envs: [], verbs: [] })).toEqual(can);
  });

  it("is listed, and may do no more by the table than is known", async () => {
    const key = stored.find((item) => kindOf(item) === kinds.apiKey) as Item;
    const given = (scopes: Item) => put({ ...key, scopes: { M: { ...key.scopes?.M, ...scopes } } });
    const caller = () => authorize({ ...w, deployedKey: async () => "deployed" }, `Bearer ${apiKey.key}`);

    await given({ verbs: { L: [{ S: "jobs:read" }, { S: "jobs:erase" }] } });
    expect((await caller())?.scopes.verbs).toEqual(["jobs:read"]);
    await given({ events: { L: [{ S: "create" }] } });
    expect((await caller())?.scopes.verbs).toEqual([]);
    await given({ products: { S: "*" } });
    expect(await caller()).toBeUndefined();
    await w.keys.create({ ...apiKey.record, id: "0000000000000001" });
    expect((await w.keys.list()).map(({ id }) => id)).toEqual(["0000000000000001"]);
  });
});

describe("a message of a later version", () => {
  const cursor = firstCursor({ key: "imports/a", etag: "e", size: 1, put_at: noon });
  const tick = { v: 1, ...lane, by: "mark", visible: noon };
  const delivery = deliveriesOf(endpointsOf([product]), anEvent("completed", jobs.completed))[0];
  const outcome = taskMessagesOf(jobs.overdue, jobs.completed, noon)[0];
  const heartbeat = taskMessagesOf(undefined, { ...jobs.overdue, task_tokens: ["token"] }, noon)[0];
  const asked: unknown[] = [];

  const jobsQueue = { schema: JobMessage, bodies: [jobMessageOf(jobs.overdue)] };
  /** By queue: what reads it, and what it holds. That of the intake holds requests, which are checked strictly on purpose, and that of answers what Lambda writes. */
  const queues: Record<string, { schema: z.ZodType<unknown>; bodies: unknown[] }> = {
    ...Object.fromEntries(jobTypes.map((type) => [type, jobsQueue])),
    tasks: { schema: TaskMessage, bodies: [outcome, heartbeat] },
    webhooks: { schema: Delivery, bodies: [delivery] },
    pump: { schema: TickMessage, bodies: [tick] },
    relay: { schema: RelayMessage, bodies: [{ v: 1, shard: 0, until: noon }] },
    imports: { schema: z.union([OperationMessage, ImportCursor]), bodies: [cursor, { v: 1, id: "op_1", turn: 3 }] },
  };

  it("is read on every queue", () => {
    expect(["answers", "intake", ...Object.keys(queues)].sort()).toEqual(Object.keys(queuesOf(registry)).sort());
  });

  it.each(Object.entries(queues))("is read without its new fields, and holds up no other: %s", async (_name, queue) => {
    for (const seed of seeds)
      for (const body of queue.bodies) {
        const handler = queueHandler(
          () => ({ ...w, redelivery: noRedelivery }),
          queue.schema,
          async (_services, message) => void asked.push(message),
        );
        const unknown = { ...(body as object), v: 2 };
        asked.length = 0;
        const { batchItemFailures } = await handler(
          records(laterJson(body, [], seeded(seed)), unknown, body),
          {} as Context,
        );
        // Another `v` says that it has to be understood: it waits for a version that does, and becomes a dead letter in the end.
        expect(batchItemFailures).toEqual([{ itemIdentifier: "m1" }]);
        expect(asked).toMatchObject([body as object, {}]);
        expect(asked[1]).toEqual(body);
      }
  });

  it("is handled by its reader", async () => {
    await tickLine(w, TickMessage.parse(laterJson(tick, [], seeded(2))));
    const told: unknown[] = [];
    const tasks = {
      succeed: async (...of: unknown[]) => void told.push(of),
      fail: async () => undefined,
      heartbeat: async () => "closed",
    };
    const services = { ...w, tasks, queue: fakeMessageQueue<TaskMessage>(), sentHeartbeats: recent() };
    await answerTask(services as never, TaskMessage.parse(laterJson(outcome, [], seeded(2))));
    expect(told).toEqual([
      ["token", JSON.stringify({ job_id: jobs.completed.id, status: "completed", result: { ok: true } })],
    ]);
    const webhooks = {
      ...w,
      catalog: endpointsOf([product]),
      queue: fakeMessageQueue<Delivery>(),
      announcer: fakeAnnouncer(),
      deadLetters: fakeDeadLetters(),
      timeoutMs: 100,
      random: () => 0,
    };
    await deliver(webhooks, Delivery.parse(laterJson(delivery, [], seeded(2))));
    expect(webhooks.queue.sent).toMatchObject([{ message: { id: delivery?.id, attempt: 2 } }]);
  });
});
