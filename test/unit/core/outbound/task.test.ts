import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { withTaskToken } from "../../../../lambdas/core/job/task-token.ts";
import { afterClaim, attemptFailed, cancelled, completed } from "../../../../lambdas/core/job/transitions.ts";
import type { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { scheduleJob } from "../../../../lambdas/core/operations/schedule-job.ts";
import { taskMessagesOf } from "../../../../lambdas/core/outbound/task.ts";
import { TaskMessage } from "../../../../lambdas/core/outbound/task-message.ts";
import { explain } from "../../../../lambdas/core/queries/explain.ts";
import { summaryOf, viewOf } from "../../../../lambdas/core/queries/view.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const body = { env: "prd", product_tag: "my-product", event: "create_order", input: {}, start_at: 0 };
const accept = (more: object = {}) => parseRequest({ ...body, ...more }, catalog, noon);
const claim = (job: Job) => afterClaim(job, { claimId: "c", leaseMarginMs: 15_000, now: noon });

describe("a request with a task token", () => {
  it("creates a job that keeps the token and never shows it", async () => {
    const services = fakeServices({ catalog });
    const request = accept({ task_token: "t0ken", start_at: noon + 60_000 });
    const job = await scheduleJob(services, request);
    expect(await services.jobs.get(job.id)).toMatchObject({ task_tokens: ["t0ken"] });
    const shown = [summaryOf(job, noon), await viewOf(services, job, noon), explain(request, noon)];
    expect(JSON.stringify([shown, services.queue.sent, services.log.lines])).not.toContain("t0ken");
  });

  it("is refused for a series, or if the token is too long", () => {
    const faultsOf = (more: object) => {
      try {
        accept(more);
      } catch (error) {
        return (error as RequestError).faults;
      }
      throw new Error("it was accepted");
    };
    expect(faultsOf({ task_token: "t", repeat: { every: 60_000 } })).toEqual([
      { pointer: "/task_token", detail: expect.stringContaining("one-time jobs") },
    ]);
    expect(faultsOf({ task_token: "t".repeat(2049) })).toMatchObject([{ pointer: "/task_token" }]);
  });

  it("is the same request under another token, and both tasks get the outcome", async () => {
    const services = fakeServices({ catalog });
    const first = await scheduleJob(services, accept({ task_token: "first", idempotency_key: "k" }));
    const again = await scheduleJob(services, accept({ task_token: "second", idempotency_key: "k" }));
    expect(again.id).toBe(first.id);
    expect(await services.jobs.get(first.id)).toMatchObject({ task_tokens: ["first", "second"] });
  });

  it("changes only the tasks of a running or ended job", async () => {
    const services = fakeServices({ catalog });
    const job = await scheduleJob(services, accept({ task_token: "first", idempotency_key: "k" }));
    const done = completed(claim(job), noon + 9, { inline: 1 });
    await services.jobs.replace({ ...claim(job), version: job.version + 1 });
    await services.jobs.replace(done);
    const sent = services.queue.sent.length;
    await scheduleJob(services, accept({ task_token: "second", idempotency_key: "k" }));
    const { version, write_id, task_tokens, ...rest } = (await services.jobs.get(job.id)) as Job;
    expect(task_tokens).toEqual(["first", "second"]);
    expect({ ...done, ...rest }).toEqual({ ...done });
    expect(services.queue.sent).toHaveLength(sent);
  });

  it("writes nothing at its second delivery once the job has started", async () => {
    const services = fakeServices({ catalog });
    const request = accept({ task_token: "first", idempotency_key: "k" });
    const job = await scheduleJob(services, request);
    await services.jobs.replace({ ...claim(job), version: job.version + 1 });
    const before = await services.jobs.get(job.id);
    await scheduleJob(services, request);
    expect(await services.jobs.get(job.id)).toEqual(before);
  });

  it("survives a race with the job's own consumer", async () => {
    const services = fakeServices({ catalog });
    const job = await scheduleJob(services, accept({ idempotency_key: "k" }));
    const { replace } = services.jobs;
    let raced = false;
    services.jobs.replace = async (next) => {
      if (!raced) await replace({ ...claim(job), version: job.version + 1 });
      raced = true;
      return replace(next);
    };
    await scheduleJob(services, accept({ idempotency_key: "k", task_token: "late" }));
    expect(await services.jobs.get(job.id)).toMatchObject({ status: "running", task_tokens: ["late"] });
  });

  it("does not lose the newest token to an old message that arrives late", () => {
    const tokens = ["a", "b", "c", "d", "a"].reduce<Job>(withTaskToken, aJob()).task_tokens;
    expect(tokens).toEqual(["c", "d", "a"]);
  });
});

describe("what is reported to Step Functions after", () => {
  const job = aJob({ task_tokens: ["t"] });
  const running = claim(job);
  const failed = attemptFailed({ ...running, retries: 0 }, noon, {
    error: new JobError("NOT_FOUND", "No such order."),
    random: 0,
  });
  const outcome = (outcome: object, tokens = ["t"]) => [{ v: 1, kind: "outcome", job_id: job.id, tokens, outcome }];

  it.each<[string, Job | undefined, Job | undefined, object[]]>([
    [
      "a creation: a heartbeat",
      undefined,
      job,
      [{ v: 1, kind: "heartbeat", job_id: job.id, token: "t", at: noon + 60_000 }],
    ],
    ["a start: nothing", job, running, []],
    [
      "a completion: its result",
      running,
      completed(running, noon, { inline: 7 }),
      outcome({ status: "completed", result: { inline: 7 } }),
    ],
    [
      "a completion of a job that hides parts of its result: what it hides",
      running,
      { ...completed(running, noon, { inline: { card: 7 } }), redact: ["/card"] },
      outcome({ status: "completed", result: { inline: { card: 7 } }, redact: ["/card"] }),
    ],
    [
      "a failure: its code and message",
      running,
      failed,
      outcome({ status: "failed", error: "NOT_FOUND", cause: "No such order." }),
    ],
    [
      "a cancellation: CANCELLED and the reason",
      job,
      cancelled(job, noon, "expired"),
      outcome({ status: "cancelled", error: "CANCELLED", cause: "expired" }),
    ],
    [
      "another token for a running job: a heartbeat",
      running,
      withTaskToken(running, "u"),
      [{ v: 1, kind: "heartbeat", job_id: job.id, token: "u", at: noon + 60_000 }],
    ],
    [
      "another token for an ended job: the outcome, to that task only",
      failed,
      withTaskToken(failed, "u"),
      outcome({ status: "failed", error: "NOT_FOUND", cause: "No such order." }, ["u"]),
    ],
    ["a deletion: nothing", failed, undefined, []],
    ["a change of a job without a token: nothing", undefined, aJob(), []],
  ])("%s", (_what, before, after, expected) => {
    const messages = taskMessagesOf(before, after, noon);
    expect(messages).toEqual(expected);
    for (const message of messages) expect(TaskMessage.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });
});
