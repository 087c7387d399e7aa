import { fits } from "../../bench/cost/filter-pattern.ts";
import { publishedEvents, streamFilter } from "../../infra/constructs/functions/stream-filter.ts";
import { jobItemOf } from "../../lambdas/aws/dynamodb/job-item.ts";
import { parameter, secret } from "../../lambdas/core/catalog/references.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { finalEvents, jobEvents } from "../../lambdas/core/job/job-event.ts";
import { withTaskToken } from "../../lambdas/core/job/task-token.ts";
import { jobStatuses } from "../../lambdas/core/kernel/job-status.ts";
import { taskMessagesOf } from "../../lambdas/core/outbound/task.ts";
import { incrementsOf } from "../../lambdas/lifecycle/counts.ts";
import { transitionsOf } from "../../lambdas/lifecycle/events.ts";
import { aJob, noon } from "../support/builders.ts";
import { counted } from "../support/counted.ts";

interface Change {
  before?: Job;
  after?: Job;
}

/** Whether Lambda would wake the lifecycle for this change, if these events have subscribers. */
function wakes({ before, after }: Change, published: readonly (typeof jobEvents)[number][]): boolean {
  const images = {
    ...(before && { OldImage: jobItemOf(before, 30) }),
    ...(after && { NewImage: jobItemOf(after, 30) }),
  };
  const eventName = before ? (after ? "MODIFY" : "REMOVE") : "INSERT";
  const record = { eventName, dynamodb: { Keys: { PK: { S: "JOB#job_1" }, SK: { S: "STATE" } }, ...images } };
  return streamFilter(new Set(published)).some((pattern) => fits(record, pattern));
}

const base = aJob({ task_tokens: ["first"], version: 1 });
const attempt = { attempt: 1, due_at: noon, started_at: noon, ended_at: noon, outcome: "failed" } as const;

/**
 * What the filter takes for a claim. No write that makes the next run looks like one, so that the end of the run before it wakes the
 * lifecycle: a claim names the run that waits and keeps it, and whatever makes the next run leaves the job waiting or paused. The
 * simulation checks that of every write.
 */
const isClaim = (from: string, to: string) => (from === "scheduled" || from === "queued") && to === "running";

/** From every status to every status, whether our code writes such a change or not, and with an attempt that ended. */
const changes: Change[] = jobStatuses.flatMap((from) =>
  jobStatuses.flatMap((to) => {
    const before = { ...base, status: from };
    const after = { ...base, status: to, version: 2 };
    return [
      { before, after },
      { before, after: { ...after, attempts: [attempt] } },
      ...(isClaim(from, to) ? [] : [{ before, after: { ...after, run: 2, last_run: attempt } }]),
      ...(from === to ? [{ before, after: withTaskToken(before, "second") }] : []),
    ];
  }),
);

describe("the stream's filter", () => {
  it("withholds nothing that the lifecycle publishes, counts or reports to a task", () => {
    const missed = changes.filter((change) => !wakes(change, finalEvents));
    expect(missed.length).toBeGreaterThan(0);
    const meant = missed.map(({ before, after }) => {
      const transitions = transitionsOf({ ...(before && { before }), ...(after && { after }), at: noon });
      return [
        transitions.map(({ name }) => name),
        incrementsOf(transitions.map(counted)),
        taskMessagesOf(before, after, noon),
      ];
    });
    expect(meant).toEqual(missed.map(() => [["started"], [], []]));
  });

  it("withholds a claim, which is a third of all writes of jobs", () => {
    const claim = { before: { ...base, status: "queued" }, after: { ...base, status: "running" } } as const;
    expect(wakes(claim, finalEvents)).toBe(false);
  });

  it("passes each new job", () => {
    expect(jobStatuses.filter((status) => !wakes({ after: { ...base, status } }, finalEvents))).toEqual([]);
  });

  it.each([{ published: finalEvents }, { published: jobEvents }])(
    "passes a new message to runs, and not who waits for it, if $published is published",
    ({ published }) => {
      const made = (S: string) => ({ eventName: "INSERT", dynamodb: { Keys: { SK: { S } } } });
      const passes = (S: string) => streamFilter(new Set(published)).some((pattern) => fits(made(S), pattern));
      expect([passes("MSG#1893499200000#s-1"), passes("WAIT#job_1#main.money")]).toEqual([true, false]);
    },
  );

  it("passes what an endpoint subscribes to, even if the bus does not get it", () => {
    const place = { url: parameter("/hook/url"), secret: secret("hook") };
    const webhooks = { orders: { events: ["started"], envs: { dev: place } } };
    const product = { tag: "shop", envs: ["dev"], jobs: {}, webhooks };
    expect([...publishedEvents(finalEvents, [product])]).toEqual([...finalEvents, "started"]);
    expect([...publishedEvents([], [])]).toEqual([]);
  });

  it.each([
    ["its input", { input: { blob: "inputs/job_1", bytes: 5000 } }],
    ["its progress", { type: "function", progress: { blob: "progress/job_1", bytes: 5000 } }],
    ["the log of its run", { type: "feature", code_since: noon, progress: { inline: { code: {} } } }],
    ["the inputs of its pages", { type: "feature", input: { inline: { slices: "inputs/job_1/1/" } } }],
  ] satisfies [string, Partial<Job>][])("passes a removed job that leaves %s behind", (_what, more) => {
    const before: Job = { ...base, status: "completed", ...more };
    expect(wakes({ before }, finalEvents)).toBe(true);
    expect(wakes({ before }, [...finalEvents, "started"])).toBe(true);
  });

  it("has at most the five patterns that an event source may have", () => {
    expect(streamFilter(new Set(finalEvents)).length).toBeLessThanOrEqual(5);
  });

  it("passes every change where started jobs have subscribers", () => {
    expect(changes.filter((change) => !wakes(change, [...finalEvents, "started"]))).toEqual([]);
  });

  it.each([{ published: finalEvents }, { published: jobEvents }])(
    "withholds what expires and what is no job, if $published is published",
    ({ published }) => {
      expect(wakes({ before: { ...base, status: "completed" } }, published)).toBe(false);
      const counters = { eventName: "MODIFY", dynamodb: { Keys: { SK: { S: "HOUR#2030-01-01T12" } } } };
      expect(streamFilter(new Set(published)).some((pattern) => fits(counters, pattern))).toBe(false);
    },
  );
});
