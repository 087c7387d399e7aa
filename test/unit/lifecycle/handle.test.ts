import type { JobChange } from "../../../lambdas/aws/lambda/stream-handler.ts";
import type { ProductEndpoint } from "../../../lambdas/core/catalog/webhook.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { finalEvents, type JobEventName, jobEvents } from "../../../lambdas/core/job/job-event.ts";
import { continued } from "../../../lambdas/core/job/series.ts";
import { hourMs } from "../../../lambdas/core/job/stats.ts";
import { attemptFailed, claimed, completed } from "../../../lambdas/core/job/transitions.ts";
import { recent } from "../../../lambdas/core/operations/recent.ts";
import type { TaskMessage } from "../../../lambdas/core/outbound/task-message.ts";
import type { Delivery } from "../../../lambdas/core/outbound/webhook.ts";
import { statsOf } from "../../../lambdas/core/queries/stats-view.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob, noon } from "../../support/builders.ts";
import { fakeBlobStore } from "../../support/fakes/blob-store.ts";
import { fakeDeadLetters } from "../../support/fakes/dead-letters.ts";
import { fakeEventBus } from "../../support/fakes/event-bus.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { fakeMessageQueue } from "../../support/fakes/message-queue.ts";
import { fakeStatsStore } from "../../support/fakes/stats-store.ts";

const world = (publish: readonly JobEventName[] = finalEvents, endpoints: readonly ProductEndpoint[] = []) => ({
  endpoints,
  webhooks: fakeMessageQueue<Delivery>(),
  blobs: fakeBlobStore(),
  told: recent(),
  deadLetters: fakeDeadLetters(),
  bus: fakeEventBus(),
  stats: fakeStatsStore(),
  tasks: fakeMessageQueue<TaskMessage>(),
  log: fakeLog(),
  publish: new Set(publish),
});

const claim = (job: Job, now: number) => claimed(job, { claimId: "c", leaseMarginMs: 15_000, now });
/** A write as the stream delivers it, with an id and a record of its own. */
const written = (change: Omit<JobChange, "at">): JobChange => {
  const id = crypto.randomUUID();
  return { ...change, at: noon, id, record: { eventID: id } };
};
/** A job from its creation to its end, as the stream tells of it. */
function lifeOf(job = aJob(), at = noon) {
  const running = claim(job, at + 3);
  const states = [undefined, job, running, completed(running, at + 20, { inline: "s3cret" })];
  return states.slice(1).map((after, i) => written({ ...(states[i] && { before: states[i] }), after: after as Job }));
}
const published = ({ bus }: ReturnType<typeof world>) =>
  bus.published.map(({ name, detail }) => [name, detail.job_id] as const);

describe("a batch of writes", () => {
  it("publishes the final transitions unless the setting says otherwise", async () => {
    const final = world();
    const job = aJob();
    expect(await handleChanges(final, lifeOf(job))).toBeUndefined();
    expect(published(final)).toEqual([["completed", job.id]]);

    const every = world(jobEvents);
    await handleChanges(every, lifeOf(job));
    expect(published(every).map(([name]) => name)).toEqual(["scheduled", "started", "completed"]);

    const none = world([]);
    await handleChanges(none, lifeOf(job));
    expect(published(none)).toEqual([]);
    expect(none.stats.all()).toHaveLength(2);
  });

  it("says from where it is to be delivered again when the bus refuses an event, and counts up to there", async () => {
    const services = world(jobEvents);
    const [good, bad] = [aJob({ created_at: noon }), aJob({ created_at: noon })] as const;
    services.bus.refuses = ({ detail, name }) => detail.job_id === bad.id && name === "started";
    const changes = [...lifeOf(good), ...lifeOf(bad), ...lifeOf(aJob({ created_at: noon }))];
    expect(await handleChanges(services, changes)).toBe(4);
    expect(services.stats.all().map(({ counts }) => [counts.scheduled, counts.completed])).toEqual([[2, 1]]);
    expect(services.log.lines).toMatchObject([
      { level: "error", fields: { count: 2 } },
      { level: "info", measured: { values: { unpublished: 2 } } },
    ]);

    services.bus.refuses = () => false;
    expect(await handleChanges(services, changes.slice(4))).toBeUndefined();
    expect(published(services).filter(([, id]) => id === bad.id)).toEqual([
      ["scheduled", bad.id],
      ["started", bad.id],
      ["completed", bad.id],
    ]);
    expect(services.stats.all().map(({ counts }) => [counts.scheduled, counts.completed])).toEqual([[3, 3]]);
  });

  it("adds once to each hour of a tenant, in the hour in which a thing happened", async () => {
    const services = world();
    const add = services.stats.add;
    const calls: number[] = [];
    services.stats.add = (increments) => {
      calls.push(increments.length);
      return add(increments);
    };
    const late = aJob({ created_at: noon - 1, due_at: noon });
    await handleChanges(services, [
      ...lifeOf(late),
      ...lifeOf(aJob()),
      ...lifeOf(aJob({ env: "dev", created_at: noon })),
    ]);
    expect(calls).toEqual([3]);
    expect(await services.stats.read("shop", "prd", noon - hourMs, noon)).toMatchObject([{ counts: { scheduled: 2 } }]);
    expect(await services.stats.read("shop", "prd", noon, noon + 1)).toMatchObject([
      { counts: { scheduled: 0, completed: 2, completed_first_try: 2, attempts: 2 } },
    ]);
    expect(await services.stats.read("shop", "dev", noon, noon + 1)).toMatchObject([
      { counts: { scheduled: 1, completed: 1 } },
    ]);
  });

  it("counts attempts that failed with their times, and what came of them", async () => {
    const services = world();
    const job = aJob({ created_at: noon });
    const first = claim(job, noon + 100);
    const waiting = attemptFailed(first, noon + 300, { error: new JobError("TIMEOUT", "It failed."), random: 0 });
    const second = claim(waiting, waiting.due_at + 900);
    const states = [job, first, waiting, second, completed(second, waiting.due_at + 901, { inline: 1 })];
    await handleChanges(
      services,
      states.slice(1).map((after, i) => ({ before: states[i] as Job, after, at: noon })),
    );
    const stats = statsOf(services.stats.all().map(({ counts }) => counts));
    expect(stats).toMatchObject({
      counts: { completed: 1, failed: 0 },
      completed_first_try: 0,
      completed_after_retry: 1,
      mean_attempts: 2,
    });
    expect(stats.lateness_ms.p50).toBeGreaterThanOrEqual(64);
    expect(stats.lateness_ms.p50).toBeLessThan(128);
    expect(stats.duration_ms.p99).toBeLessThan(256);
  });

  it("counts a run of a series as such, and not a series that ends without one", async () => {
    const services = world();
    const series = aJob({ created_at: noon, repeat: { every: hourMs, anchor: noon, overlap: "skip" } });
    const running = claim(series, noon + 3);
    const after = continued(completed(running, noon + 20, { inline: 1 }), noon + 20)?.next as Job;
    const paused = { ...after, status: "paused" as const };
    const over = { ...paused, status: "completed" as const, finished_at: noon + 30 };
    await handleChanges(services, [
      { after: series, at: noon },
      { before: running, after, at: noon },
      { before: paused, after: over, at: noon },
    ]);
    expect(services.stats.all().map(({ counts }) => counts)).toMatchObject([
      { scheduled: 1, completed: 1, completed_first_try: 1, attempts: 1 },
    ]);
    expect(published(services).map(([name]) => name)).toEqual(["completed", "completed"]);
  });

  it("goes on when counters fail: their loss is logged, without a word of anybody's input", async () => {
    const services = world();
    services.stats.add = async () => {
      throw new Error("s3cret");
    };
    expect(await handleChanges(services, lifeOf())).toBeUndefined();
    expect(published(services)).toHaveLength(1);
    expect(services.log.lines).toMatchObject([{ level: "error", message: "counts were lost" }]);
    expect(JSON.stringify([services.log.lines, services.bus.published])).not.toContain("s3cret");
  });

  it("sets aside a write that nobody can make sense of, whole, and serves those behind it in order", async () => {
    const services = world(jobEvents);
    const broken = written({ before: aJob({ status: "running" }), after: { id: "job_x" } as Job });
    const [first, second] = [aJob(), aJob()];
    expect(await handleChanges(services, [...lifeOf(first), broken, ...lifeOf(second)])).toBeUndefined();
    expect(published(services).map(([name, id]) => [name, id === first.id])).toEqual([
      ["scheduled", true],
      ["started", true],
      ["completed", true],
      ["scheduled", false],
      ["started", false],
      ["completed", false],
    ]);
    expect(services.deadLetters.kept).toMatchObject([{ code: "TypeError", body: broken.record }]);
    expect(services.log.lines).toContainEqual(
      expect.objectContaining({
        message: "refused for good; set aside",
        fields: expect.objectContaining({ job_id: "job_x" }),
      }),
    );
    expect(setAsideIn(services)).toBe(1);
  });

  it("waits with what cannot be handled until the dead letters take it", async () => {
    const services = world();
    const broken = written({ before: aJob({ status: "running" }), after: { id: "job_x" } as Job });
    const changes = [...lifeOf(), broken, ...lifeOf()];
    services.deadLetters.refuses = () => true;
    expect(await handleChanges(services, changes)).toBe(3);
    expect(setAsideIn(services)).toBe(0);
    services.deadLetters.refuses = () => false;
    expect(await handleChanges(services, changes.slice(3))).toBeUndefined();
    expect(published(services)).toHaveLength(2);
    expect(setAsideIn(services)).toBe(1);
  });
});

describe("what AWS will never take", () => {
  const endpoint: ProductEndpoint = {
    product: "shop",
    env: "prd",
    webhook: "orders",
    url: "https://shop.example/hook",
    secret: { $secret: "shop/webhook" },
    events: ["completed"],
  };

  it("of events is set aside with its reason: the later ones of its job and all others are told, in order", async () => {
    const services = world(jobEvents);
    const [bad, job] = [aJob(), aJob()];
    services.bus.refusesForGood = ({ name, detail }) => detail.job_id === bad.id && name === "started";
    expect(await handleChanges(services, [...lifeOf(bad), ...lifeOf(job)])).toBeUndefined();
    expect(published(services).filter(([, id]) => id === bad.id)).toEqual([
      ["scheduled", bad.id],
      ["completed", bad.id],
    ]);
    expect(published(services)).toHaveLength(5);
    expect(services.deadLetters.kept).toMatchObject([
      { code: "MalformedDetail", body: { name: "started", detail: { job_id: bad.id } } },
    ]);
    expect(services.log.lines.filter(({ measured }) => measured?.values.unpublished)).toEqual([]);
    expect(setAsideIn(services)).toBe(1);
    expect(services.stats.all().map(({ counts }) => counts.completed)).toEqual([0, 2]);
  });

  it("of deliveries and of answers to tasks is set aside, each by itself", async () => {
    const services = world([], [endpoint]);
    const [bad, job] = [aJob({ task_tokens: ["t"] }), aJob({ task_tokens: ["u"] })];
    services.webhooks.refusesForGood = ({ data }) => data.job_id === bad.id;
    services.tasks.refusesForGood = ({ job_id }) => job_id === bad.id;
    expect(await handleChanges(services, [...lifeOf(bad), ...lifeOf(job)])).toBeUndefined();
    expect(services.webhooks.sent.map(({ message }) => message.data.job_id)).toEqual([job.id]);
    expect(services.tasks.sent.map(({ message }) => [message.kind, message.job_id])).toEqual([
      ["outcome", job.id],
      ["heartbeat", job.id],
    ]);
    expect(services.deadLetters.kept.map(({ code, body }) => [code, (body as { kind?: string }).kind])).toEqual([
      ["InvalidMessageContents", undefined],
      ["InvalidMessageContents", "outcome"],
      ["InvalidMessageContents", "heartbeat"],
    ]);
    expect(JSON.stringify(services.log.lines)).not.toContain("s3cret");
  });

  it("is set aside once, while something before it fails for now", async () => {
    const services = world(jobEvents);
    const [waiting, bad] = [aJob(), aJob()];
    services.bus.refuses = ({ detail }) => detail.job_id === waiting.id;
    services.bus.refusesForGood = ({ detail, name }) => detail.job_id === bad.id && name === "completed";
    const changes = [...lifeOf(waiting), ...lifeOf(bad)];
    for (let delivery = 0; delivery < 4; delivery++) expect(await handleChanges(services, changes)).toBe(0);
    expect(services.deadLetters.kept).toHaveLength(1);
  });

  it("comes again until the dead letters take it, and is given up where they never will", async () => {
    const services = world(jobEvents);
    const bad = aJob();
    services.bus.refusesForGood = ({ name }) => name === "started";
    services.deadLetters.refuses = () => true;
    const changes = lifeOf(bad);
    expect(await handleChanges(services, changes)).toBe(1);
    expect(published(services).map(([name]) => name)).toEqual(["scheduled", "completed"]);
    services.deadLetters.refusesForGood = () => true;
    expect(await handleChanges(services, changes.slice(1))).toBeUndefined();
    expect(published(services).map(([name]) => name)).toEqual(["scheduled", "completed"]);
    expect(services.log.lines.map(({ message }) => message)).toContain(
      "refused for good, as a dead letter too: it is lost",
    );
  });
});

const setAsideIn = ({ log }: ReturnType<typeof world>) =>
  log.lines.reduce((sum, { measured }) => sum + (measured?.values.set_aside ?? 0), 0);

describe("a task of Step Functions that waits for a job", () => {
  const sentOf = ({ tasks }: ReturnType<typeof world>) =>
    tasks.sent.map(({ message, delaySeconds }) => [message.kind, message.job_id, delaySeconds]);

  it("is told from the job's creation that it goes on, and of its end", async () => {
    const services = world([]);
    const job = aJob({ task_tokens: ["t"] });
    expect(await handleChanges(services, [...lifeOf(aJob()), ...lifeOf(job)])).toBeUndefined();
    expect(sentOf(services)).toEqual([
      ["outcome", job.id, 0],
      ["heartbeat", job.id, 60],
    ]);
    expect(services.bus.published).toEqual([]);
  });

  it("is told again from the write on that the queue did not take; what is told elsewhere is not held back by it", async () => {
    const services = world();
    const [first, job] = [aJob({ created_at: noon }), aJob({ created_at: noon, task_tokens: ["t"] })];
    services.tasks.refuses = ({ kind }) => kind === "outcome";
    const changes = [...lifeOf(first), ...lifeOf(job)];
    expect(await handleChanges(services, changes)).toBe(5);
    expect(published(services)).toHaveLength(2);
    expect(services.stats.all()[0]?.counts).toMatchObject({ scheduled: 2, completed: 1 });
    expect(services.log.lines).toMatchObject([{ level: "error", fields: { count: 1 } }]);

    services.tasks.refuses = () => false;
    expect(await handleChanges(services, changes.slice(5))).toBeUndefined();
    expect(sentOf(services)).toEqual([
      ["heartbeat", job.id, 60],
      ["outcome", job.id, 0],
    ]);
  });

  it("is told again from the first of several writes that the queue did not take", async () => {
    const services = world();
    services.tasks.refuses = ({ kind }) => kind === "outcome";
    const changes = ["a", "b"].flatMap((token) => lifeOf(aJob({ task_tokens: [token] })));
    expect(await handleChanges(services, changes)).toBe(2);
    expect(services.stats.all()[0]?.counts).toMatchObject({ completed: 0 });
  });

  it("has one chain of heartbeats, however often the bus refuses the events of another job", async () => {
    const services = world(jobEvents);
    const [bad, job] = [aJob(), aJob({ task_tokens: ["t"] })];
    services.bus.refuses = ({ detail }) => detail.job_id === bad.id;
    const changes = [...lifeOf(bad), written({ after: job })];
    for (let delivery = 0; delivery < 3; delivery++) expect(await handleChanges(services, changes)).toBe(0);
    expect(services.tasks.sent).toEqual([]);
    services.bus.refuses = () => false;
    await handleChanges(services, changes);
    expect(sentOf(services)).toEqual([["heartbeat", job.id, 60]]);
  });
});

it("a batch that is delivered three times starts one chain of heartbeats", async () => {
  const services = world();
  const changes = ["a", "b"].map((token) => ({ id: token, after: aJob({ task_tokens: [token] }), at: noon }));
  // The queue takes one of the two at first.
  services.tasks.refuses = (message) => message.kind === "heartbeat" && message.token === "a";
  expect(await handleChanges(services, changes)).toBe(0);
  services.tasks.refuses = () => false;
  for (let delivery = 0; delivery < 3; delivery++) expect(await handleChanges(services, changes)).toBeUndefined();
  const tokens = services.tasks.sent.map(({ message }) => message.kind === "heartbeat" && message.token);
  expect(tokens).toEqual(["b", "a"]);
});

describe("a batch that Lambda delivers again", () => {
  it("tells the same once more, in order, so that receivers can tell the repetition", async () => {
    const services = world(jobEvents);
    const changes = lifeOf(aJob({ task_tokens: ["t"] }));
    await handleChanges(services, changes);
    const once = structuredClone(services.bus.published);
    // To another process, which knows nothing of the first.
    await handleChanges({ ...services, told: recent() }, changes);
    expect(services.bus.published).toEqual([...once, ...once]);
  });

  it("tells nobody twice in the process that has told it, while something before it fails", async () => {
    const services = world(jobEvents);
    const [bad, job] = [aJob(), aJob({ task_tokens: ["t"] })];
    services.bus.refuses = ({ detail }) => detail.job_id === bad.id;
    const changes = [...lifeOf(bad), ...lifeOf(job)];
    for (let delivery = 0; delivery < 5; delivery++) expect(await handleChanges(services, changes)).toBe(0);
    expect(published(services).map(([name]) => name)).toEqual(["scheduled", "started", "completed"]);
    expect(services.tasks.sent.map(({ message }) => message.kind)).toEqual(["outcome"]);

    services.bus.refuses = () => false;
    expect(await handleChanges(services, changes)).toBeUndefined();
    expect(
      published(services)
        .slice(3)
        .map(([, id]) => id),
    ).toEqual([bad.id, bad.id, bad.id]);
    expect(services.tasks.sent.map(({ message }) => message.kind)).toEqual(["outcome", "heartbeat"]);
  });

  it("tells each of two writes that look alike: those of a job that was made again under its id", async () => {
    const services = world(jobEvents);
    const job = aJob();
    for (let made = 0; made < 2; made++) await handleChanges(services, [written({ after: job })]);
    expect(published(services)).toHaveLength(2);
  });
});

describe("an endpoint of a webhook", () => {
  const secret = { $secret: "shop/webhook" };
  const endpoint = (more: Partial<ProductEndpoint> = {}): ProductEndpoint => ({
    product: "shop",
    env: "prd",
    webhook: "orders",
    url: "https://shop.example/hook",
    secret,
    events: ["completed"],
    ...more,
  });
  const sentOf = ({ webhooks }: ReturnType<typeof world>) =>
    webhooks.sent.map(({ message, group }) => [message.type, message.data.job_id, group]);

  it("is told of the transitions of its product and env that it asks for, whatever the bus is told", async () => {
    const services = world([], [endpoint(), endpoint({ webhook: "all", events: ["scheduled", "completed"] })]);
    const [job, other, elsewhere] = [aJob(), aJob({ env: "dev" }), aJob({ product: "other" })] as const;
    expect(
      await handleChanges(
        services,
        [job, other, elsewhere].flatMap((one) => lifeOf(one)),
      ),
    ).toBeUndefined();
    expect(sentOf(services)).toEqual([
      ["job.scheduled", job.id, "shop:prd:all"],
      ["job.completed", job.id, "shop:prd:orders"],
      ["job.completed", job.id, "shop:prd:all"],
    ]);
    expect(JSON.stringify(services.webhooks.sent)).not.toContain("s3cret");
  });

  it("gets the same id for the same event, however often it is told, and another one for every other event", async () => {
    const services = world([], [endpoint({ events: [...jobEvents] })]);
    const [job, other] = [aJob(), aJob()];
    const changes = [...lifeOf(job), ...lifeOf(other)];
    // By two processes, of which the second knows nothing of the first.
    for (const told of [recent(), recent()]) await handleChanges({ ...services, told }, changes);
    const ids = services.webhooks.sent.map(({ message }) => message.id);
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(6);
    expect(ids.slice(0, 6)).toEqual(ids.slice(6));
    for (const id of ids) expect(id).toMatch(/^evt_[0-9a-f]{32}$/);
  });

  it("does not get everything again each time that the bus refuses another job's event", async () => {
    const services = world(jobEvents, [endpoint()]);
    const [bad, job] = [aJob(), aJob()];
    services.bus.refuses = ({ detail }) => detail.job_id === bad.id;
    const changes = [...lifeOf(bad), ...lifeOf(job)];
    for (let delivery = 0; delivery < 5; delivery++) expect(await handleChanges(services, changes)).toBe(0);
    expect(sentOf(services).map(([, id]) => id)).toEqual([bad.id, job.id]);
  });

  it("is told again from the write on that the queue did not take", async () => {
    const services = world([], [endpoint()]);
    const [first, second] = [aJob(), aJob()];
    services.webhooks.refuses = ({ data }) => data.job_id === second.id;
    const changes = [...lifeOf(first), ...lifeOf(second)];
    expect(await handleChanges(services, changes)).toBe(5);
    services.webhooks.refuses = () => false;
    expect(await handleChanges(services, changes.slice(5))).toBeUndefined();
    expect(sentOf(services).map(([, id]) => id)).toEqual([first.id, second.id]);
  });
});
