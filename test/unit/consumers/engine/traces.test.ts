import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import type { FeatureTarget } from "../../../../lambdas/consumers/types/feature/target.ts";
import { publishExecutor } from "../../../../lambdas/consumers/types/publish/execute.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { sameTraceMs, sentTrace, traceIdOf } from "../../../../lambdas/core/job/spans.ts";
import type { Execution } from "../../../../lambdas/core/operations/execution.ts";
import { anExecution } from "../../../support/an-execution.ts";
import { aJob, aMessage, noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { fakeServices } from "../../../support/fakes/services.ts";
import { featureWorld } from "../../../support/feature-world.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parent = `00-${traceId}-00f067aa0ba902b7-01`;
const due = (more: Partial<Job> = {}) => aJob({ product: "my-product", event: "create_order", ...more });

/** What an attempt of a job is given, and what its log says of it. */
async function attemptOf(job: Job, traces?: boolean) {
  const services = { ...fakeServices({ jobs: [job], catalog }), ...(traces && { traces }) };
  const given: Execution[] = [];
  await runJob(services, async (execution) => void given.push(execution), aMessage(job));
  return { trace: given[0]?.trace, given: given[0], fields: services.log.lines.at(-1)?.fields };
}

describe("an attempt", () => {
  it("is given what carries its trace, which its log line names", async () => {
    const job = due({ trace: { parent, state: "a=1" } });
    const { trace, fields } = await attemptOf(job);
    expect(trace).toEqual(sentTrace({ ...job, started_at: noon }));
    expect(trace?.traceparent).toContain(traceId);
    expect(fields).toMatchObject({ trace_id: traceId });
  });

  it("of a job without a trace is given nothing and says nothing, unless spans are exported", async () => {
    const job = due();
    const plain = await attemptOf(job);
    expect(plain.given).not.toHaveProperty("trace");
    expect(plain.fields).not.toHaveProperty("trace_id");
    const traced = await attemptOf(job, true);
    expect(traced.trace?.traceparent).toContain(traceIdOf(job, true));
    expect(traced.fields).toMatchObject({ trace_id: traceIdOf(job, true) });
  });

  it("long after the request is in another trace", async () => {
    const { trace } = await attemptOf(due({ trace: { parent }, created_at: noon - sameTraceMs - 1 }));
    expect(trace?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(trace?.traceparent).not.toContain(traceId);
  });
});

describe("the steps of a feature", () => {
  const steps: FeatureTarget = {
    sequences: {
      main: [
        { event: "create", input: {} },
        { event: "charge", step: "each", for_each: { items: "$Input{lines}", as: "line" }, input: {} },
      ],
    },
  };

  it("stand below its attempt, and so do the items of a list, in one trace", async () => {
    const world = featureWorld({ onboard: steps });
    const id = await world.start("onboard", { lines: [1, 2] }, { traceparent: parent });
    await world.settle();
    const feature = world.jobs.all().find((job) => job.id === id) as Job;
    const children = world.jobs.all().filter((job) => job.parent?.message.job_id === id);
    expect(children).toHaveLength(2);
    const begun = { ...feature, parked_since: feature.attempts[0]?.started_at as number };
    for (const child of children) expect(child.trace).toEqual({ parent: sentTrace(begun)?.traceparent });
    expect(world.jobs.all()).toHaveLength(5);
    expect(new Set(world.jobs.all().map((job) => traceIdOf(job)))).toEqual(new Set([traceId]));
    const parents = world.jobs.all().map(({ trace }) => trace?.parent);
    expect(new Set(parents).size).toBe(3);
  });

  it("have none if it has none", async () => {
    const world = featureWorld({ onboard: steps });
    await world.start("onboard", { lines: [1] });
    await world.settle();
    expect(JSON.stringify(world.jobs.all())).not.toContain("trace");
  });
});

describe("a published message", () => {
  const trace = { traceparent: parent, tracestate: "a=1" };
  const places = {
    sqs: { provider: "sqs", topics: { t: { queue: "arn:aws:sqs:us-east-1:123456789012:orders" } } },
    eventbridge: { provider: "eventbridge", bus: "default", source: "shop", topics: { t: {} } },
  } as const;

  /** The headers with which a message is sent. */
  async function sentWith(place: keyof typeof places, input: object, given: object | undefined = trace) {
    const sent: unknown[] = [];
    const send = async ({ input: { headers } }: { input: { headers?: unknown } }) => {
      sent.push(headers);
      return { provider: "sqs", message_id: "m" };
    };
    const execute = publishExecutor({ sqs: send, sns: send, eventbridge: send } as never);
    const job = aJob({ type: "publish", env: "prd" });
    const target = { envs: { prd: places[place] } };
    const event = { type: "publish", broker: "b", topic: "t" } as never;
    await execute({
      ...anExecution({ job, target, event, input: { ...input } }),
      ...(given && { trace: given }),
    } as never);
    return sent[0];
  }
  const headers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, "v"]));

  it("has the trace among its headers", async () => {
    for (const place of ["sqs", "eventbridge"] as const) {
      expect(await sentWith(place, { message: {} })).toEqual(trace);
      expect(await sentWith(place, { message: {}, headers: { a: "b" } })).toEqual({ a: "b", ...trace });
    }
  });

  it("has it not where the request names a trace, and nothing where there is none", async () => {
    const own = { TraceParent: "mine" };
    expect(await sentWith("sqs", { message: {}, headers: own })).toEqual(own);
    expect(await sentWith("sqs", { message: {} }, {})).toEqual({});
    const { trace: _none, ...plain } = { trace: undefined };
    expect(await sentWith("sqs", { message: {} }, plain)).toEqual({});
  });

  it("has it not where the broker has no room for it: that refuses no message", async () => {
    expect(await sentWith("sqs", { message: {}, headers: headers(7) })).toEqual({ ...headers(7), ...trace });
    expect(await sentWith("sqs", { message: {}, headers: headers(8) })).toEqual(headers(8));
    const large = "x".repeat(1_048_576 - 128);
    expect(await sentWith("sqs", { message: large })).toBeUndefined();
  });
});
