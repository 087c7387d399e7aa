import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { attemptSpan, type Span, sentTrace } from "../../../lambdas/core/job/spans.ts";
import { attemptFailed } from "../../../lambdas/core/job/transitions.ts";
import { otlpOf } from "../../../lambdas/core/outbound/otlp.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob, noon } from "../../support/builders.ts";
import { claim, lifecycle, lifeOf, written } from "../../support/lifecycle.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentId = "00f067aa0ba902b7";
const trace = { parent: `00-${traceId}-${parentId}-01`, state: "a=1" };

/** What is exported of the changes, batch by batch. */
async function exported(...batches: ReturnType<typeof lifeOf>[]) {
  const requests: Span[][] = [];
  const services = {
    ...lifecycle(),
    spans: { export: async (spans: readonly Span[]) => void requests.push([...spans]) },
  };
  for (const batch of batches) expect(await handleChanges(services, batch)).toBeUndefined();
  return { requests, spans: requests.flat(), services };
}

const hour = 3_600_000;

describe("the spans of a job", () => {
  it("are its acceptance, what it waited for, and its attempt, exported at once", async () => {
    const job = aJob({ trace, created_at: noon - 2000, due_at: noon - 500, scheduled_at: noon - 500 });
    const { requests, spans } = await exported(lifeOf(job));
    expect(requests).toHaveLength(1);
    expect(spans.map(({ name, from, to }) => [name, from - noon, to - noon])).toEqual([
      [`schedule ${job.event}`, -2000, -2000],
      ["wait for its time", -2000, -500],
      ["late", -500, 3],
      [job.event, 3, 20],
    ]);
    expect(new Set(spans.map(({ place }) => place.trace_id))).toEqual(new Set([traceId]));
    const [accepted, ...below] = spans.map(({ place }) => place);
    expect(accepted?.parent_id).toBe(parentId);
    for (const place of below) expect(place.parent_id).toBe(accepted?.span_id);
    // The receiver of its calls has heard of the same span.
    expect(sentTrace(claim(job, noon + 3))?.traceparent).toContain(String(below.at(-1)?.span_id));
    expect(JSON.stringify(spans)).not.toContain("s3cret");
  });

  it("begin a trace if its request has brought none, and are none if that was not sampled", async () => {
    const { spans } = await exported(lifeOf(aJob()));
    expect(spans[0]?.place).not.toHaveProperty("parent_id");
    expect(new Set(spans.map(({ place }) => place.trace_id)).size).toBe(1);
    const unsampled = await exported(lifeOf(aJob({ trace: { parent: `00-${traceId}-${parentId}-00` } })));
    expect(unsampled.spans).toEqual([]);
  });

  it("of a retry after more than an hour are a root with a link, and its failures say their code", async () => {
    const job = aJob({ trace, retries: 2 });
    const at = noon + 2 * hour;
    const failing = (of: Job, now: number) =>
      attemptFailed(of, now, { error: new JobError("TIMEOUT", "s3cret"), random: 0 });
    const first = failing(claim(job, noon + 5), noon + 50);
    const running = { ...claim(first, at), due_at: at - 40 };
    const second = failing(running, at + 100);
    const { spans } = await exported(
      [written({ after: job }), written({ before: claim(job, noon + 5), after: first })],
      [written({ before: running, after: second })],
    );
    const attempts = spans.filter(({ kind }) => kind === "consumer");
    expect(attempts.map(({ error, place }) => [error, place.trace_id === traceId])).toEqual([
      ["TIMEOUT", true],
      ["TIMEOUT", false],
    ]);
    expect(attempts[1]?.place).toEqual(attemptSpan(job, { run: 1, attempt: 2, started_at: at }));
    expect(attempts[1]?.place.link).toMatchObject({ trace_id: traceId, span_id: spans[0]?.place.span_id });
    // What it waited for stands below the root, and the two hours are no span.
    const below = spans.filter(({ place }) => place.parent_id === attempts[1]?.place.span_id);
    expect(below.map(({ name, from, to }) => [name, to - from])).toEqual([["late", 40]]);
    expect(JSON.stringify(spans)).not.toContain("s3cret");
  });

  it("say which pause and which limit held it, one after the other", async () => {
    const job = aJob({ created_at: noon - 9000, due_at: noon - 9000, scheduled_at: noon - 9000 });
    const running = claim(job, noon);
    const [, , last] = lifeOf(job, noon - 3);
    const after = last?.after as Job;
    const attempts = after.attempts.map((one) => ({
      ...one,
      held: { paused_ms: 5000, limits: [{ limit: "mails", ms: 3000 }] },
    }));
    const { spans } = await exported([written({ before: running, after: { ...after, attempts } })]);
    expect(spans.map(({ name, from, to }) => [name, from - noon, to - noon])).toEqual([
      ["paused", -9000, -4000],
      ["limit mails", -4000, -1000],
      ["late", -1000, 0],
      [job.event, 0, 17],
    ]);
  });

  it("are the same if the stream delivers a change again", async () => {
    const life = lifeOf(aJob());
    const { requests } = await exported(life, life);
    expect(requests[0]).toEqual(requests[1]);
  });

  it("hold up nothing else where they cannot be exported", async () => {
    const spans = { export: () => Promise.reject(new Error("s3cret")) };
    const services = { ...lifecycle(), spans };
    expect(await handleChanges(services, lifeOf())).toBeUndefined();
    expect(services.bus.published).toHaveLength(1);
    expect(services.log.lines).toMatchObject([{ level: "error", message: "spans were lost" }]);
  });
});

test("spans in JSON have the names and types of OTLP", async () => {
  const { spans } = await exported(lifeOf(aJob({ id: "job_1", event: "send", created_at: noon, trace })));
  const { resourceSpans } = otlpOf(spans, "1.2.3") as {
    resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
  };
  expect(resourceSpans[0]?.scopeSpans[0]?.spans[0]).toMatchObject({
    traceId,
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    parentSpanId: parentId,
    traceState: "a=1",
    flags: 1,
    name: "schedule send",
    kind: 4,
    startTimeUnixNano: `${noon}000000`,
    endTimeUnixNano: `${noon}000000`,
    attributes: expect.arrayContaining([
      { key: "ductape.job.id", value: { stringValue: "job_1" } },
      { key: "ductape.run", value: { intValue: "1" } },
    ]),
    status: {},
  });
});
