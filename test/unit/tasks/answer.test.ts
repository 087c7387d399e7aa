import type { Context, SQSEvent } from "aws-lambda";
import { queueHandler } from "../../../lambdas/aws/lambda/queue-handler.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { cancelled } from "../../../lambdas/core/job/transitions.ts";
import { PermanentError } from "../../../lambdas/core/kernel/errors.ts";
import { recent } from "../../../lambdas/core/kernel/recent.ts";
import { storePayload } from "../../../lambdas/core/operations/payload.ts";
import { type Outcome, TaskMessage } from "../../../lambdas/core/outbound/task-message.ts";
import type { TaskAnswer, Tasks } from "../../../lambdas/core/ports/tasks.ts";
import { answerTask, taskFields } from "../../../lambdas/tasks/answer.ts";
import { aJob, noon } from "../../support/builders.ts";
import { fakeBlobStore } from "../../support/fakes/blob-store.ts";
import { fakeDeadLetters } from "../../support/fakes/dead-letters.ts";
import { fakeJobStore } from "../../support/fakes/job-store.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { fakeMessageQueue } from "../../support/fakes/message-queue.ts";

/** Step Functions with tasks that wait under these tokens; any other token is closed. */
function fakeTasks(open: string[]) {
  const calls: unknown[][] = [];
  const call = async (...what: unknown[]): Promise<TaskAnswer> => {
    calls.push(what);
    return open.includes(String(what[1])) ? "taken" : "closed";
  };
  const tasks: Tasks = {
    succeed: (token, output) => call("succeed", token, JSON.parse(output)),
    fail: (token, error, cause) => call("fail", token, error, cause),
    heartbeat: (token) => call("heartbeat", token),
  };
  return { tasks, calls };
}

function world({ open = ["t"], jobs = [] }: { open?: string[]; jobs?: Job[] } = {}) {
  const { tasks, calls } = fakeTasks(open);
  const queue = fakeMessageQueue<TaskMessage>();
  return {
    tasks,
    calls,
    queue,
    sentHeartbeats: recent(),
    jobs: fakeJobStore(...jobs),
    blobs: fakeBlobStore(),
    log: fakeLog(),
  };
}
const ended = (outcome: Outcome, tokens = ["t"]): TaskMessage => ({
  v: 1,
  kind: "outcome",
  job_id: "job_1",
  tokens,
  outcome,
});

describe("the report of a job's end to its task", () => {
  it("is a success with the result", async () => {
    const services = world();
    await answerTask(services, ended({ status: "completed", result: { inline: { order: 7 } } }));
    expect(services.calls).toEqual([["succeed", "t", { job_id: "job_1", status: "completed", result: { order: 7 } }]]);
  });

  it("has a result from the bucket, or a link to a larger one", async () => {
    const services = world();
    const large = "x".repeat(200_000);
    const larger = "x".repeat(262_144);
    await answerTask(
      services,
      ended({ status: "completed", result: await storePayload(services.blobs, "results/a", large) }),
    );
    await answerTask(
      services,
      ended({ status: "completed", result: await storePayload(services.blobs, "results/b", larger) }),
    );
    const [first, second] = services.calls.map(([, , output]) => output as Record<string, unknown>);
    expect(first).toMatchObject({ result: large });
    const { result_url, ...rest } = second ?? {};
    expect(rest).toEqual({ job_id: "job_1", status: "completed", result_bytes: 262_146 });
    expect(await (await fetch(String(result_url))).json()).toBe(larger);
  });

  it("hides what the job hides, without a link", async () => {
    const services = world();
    const redact = ["/card"];
    const result = { card: "4111", sku: "a" };
    const larger = { card: "4111", filler: "x".repeat(262_144) };
    await answerTask(services, ended({ status: "completed", redact, result: { inline: result } }));
    const stored = await storePayload(services.blobs, "results/b", larger);
    await answerTask(services, ended({ status: "completed", redact, result: stored }));
    const frame = { job_id: "job_1", status: "completed" };
    expect(services.calls.map(([, , output]) => output)).toEqual([
      { ...frame, result: { card: "[redacted]", sku: "a" } },
      { ...frame, result_bytes: JSON.stringify(larger).length },
    ]);
  });

  it("has only the size of a result that hiding makes too large", async () => {
    const services = world();
    const digits = Array.from({ length: 100_000 }, () => 1);
    const result = await storePayload(services.blobs, "results/a", digits);
    await answerTask(services, ended({ status: "completed", redact: ["/*"], result }));
    expect(services.calls[0]?.[2]).toEqual({ job_id: "job_1", status: "completed", result_bytes: 200_001 });
  });

  it("has a result that just fits", async () => {
    const services = world();
    const edge = "x".repeat(262_144 - 512 - 2);
    await answerTask(
      services,
      ended({ status: "completed", result: await storePayload(services.blobs, "results/a", edge) }),
    );
    const output = services.calls[0]?.[2] as { result: string };
    expect(output.result).toBe(edge);
    expect(Buffer.byteLength(JSON.stringify(output))).toBeLessThanOrEqual(262_144);
  });

  it("is a failure with the code, or CANCELLED", async () => {
    const services = world();
    await answerTask(services, ended({ status: "failed", error: "NOT_FOUND", cause: "No such order." }));
    await answerTask(services, ended({ status: "cancelled", error: "CANCELLED", cause: "expired" }));
    expect(services.calls).toEqual([
      ["fail", "t", "NOT_FOUND", "No such order."],
      ["fail", "t", "CANCELLED", "expired"],
    ]);
  });

  it("goes to every task, and is logged without a token", async () => {
    const services = world({ open: ["new"] });
    await answerTask(services, ended({ status: "completed" }, ["old-t0ken", "new"]));
    expect(services.calls).toHaveLength(2);
    expect(services.log.lines).toMatchObject([{ level: "warn", fields: { job_id: "job_1" } }]);
    expect(JSON.stringify(services.log.lines)).not.toContain("t0ken");
  });

  it("is repeated for all tasks if one call failed", async () => {
    const services = world({ open: ["a", "b"] });
    const { succeed } = services.tasks;
    services.tasks.succeed = async (token, output) => {
      if (token === "a") throw new Error("ThrottlingException");
      return succeed(token, output);
    };
    await expect(answerTask(services, ended({ status: "completed" }, ["a", "b"]))).rejects.toThrow("Throttling");
    expect(services.calls).toHaveLength(1);
  });

  const neverTaken = new PermanentError("InvalidOutput", "AWS will never take it: InvalidOutput");
  const refusing = (services: ReturnType<typeof world>, reasons: Record<string, Error>) => {
    const { tasks } = services;
    return {
      ...services,
      tasks: {
        ...tasks,
        succeed: async (token: string, output: string) => {
          if (reasons[token]) throw reasons[token];
          return tasks.succeed(token, output);
        },
      },
    };
  };

  it("reaches all other tasks before one's refusal is thrown", async () => {
    const services = world({ open: ["a", "b", "c"] });
    const message = ended({ status: "completed" }, ["a", "b", "c"]);
    const throttled = refusing(services, { a: neverTaken, b: new Error("ThrottlingException") });
    // A message that is set aside is not redelivered, so all the others must have their report by then.
    await expect(answerTask(throttled, message)).rejects.toThrow("Throttling");
    await expect(answerTask(refusing(services, { a: neverTaken }), message)).rejects.toBe(neverTaken);
    expect(new Set(services.calls.map(([, token]) => token))).toEqual(new Set(["b", "c"]));
  });

  it("is set aside at once if Step Functions refuses it for good", async () => {
    const services = {
      ...refusing(world({ open: ["t", "u"] }), { t: neverTaken }),
      deadLetters: fakeDeadLetters(),
      redelivery: { soon: async () => {} },
    };
    const [bad, good] = [ended({ status: "completed" }), ended({ status: "completed" }, ["u"])];
    const Records = [bad, good].map((message, i) => ({ messageId: `${i}`, body: JSON.stringify(message) }));
    const handler = queueHandler(() => services, TaskMessage, answerTask, taskFields);
    const give = () => handler({ Records } as unknown as SQSEvent, {} as Context);

    services.deadLetters.refuses = () => true;
    expect(await give()).toEqual({ batchItemFailures: [{ itemIdentifier: "0" }] });
    services.deadLetters.refuses = () => false;
    expect(await give()).toEqual({ batchItemFailures: [] });
    expect(services.deadLetters.kept).toMatchObject([{ code: "InvalidOutput", body: bad }]);
    expect(services.log.lines.at(-1)).toMatchObject({ measured: { values: { set_aside: 1 } } });
    expect(services.calls.map(([, token]) => token)).toEqual(["u", "u"]);
  });
});

describe("the heartbeat of a task", () => {
  const job = aJob({ task_tokens: ["t"] });
  const beat: TaskMessage = { v: 1, kind: "heartbeat", job_id: job.id, token: "t" };

  it("is sent until the job ends, with the next one's message", async () => {
    const services = world({ jobs: [job] });
    await answerTask(services, beat);
    expect(services.calls).toEqual([["heartbeat", "t"]]);
    expect(services.queue.sent).toEqual([{ message: beat, delaySeconds: 60, group: job.id }]);
  });

  it("goes on once after a duplicate", async () => {
    const services = world({ jobs: [job] });
    const planned = { ...beat, at: noon };
    await Promise.all([answerTask(services, planned), answerTask(services, planned)]);
    await answerTask(services, planned);
    expect(services.calls).toEqual([["heartbeat", "t"]]);
    expect(services.queue.sent.map(({ message }) => message)).toEqual([{ ...planned, at: noon + 60_000 }]);
  });

  it("is sent at the redelivery of its message", async () => {
    const services = world({ jobs: [job] });
    const { send } = services.queue;
    services.queue.send = async () => {
      services.queue.send = send;
      throw new Error("ThrottlingException");
    };
    const planned = { ...beat, at: noon };
    await expect(answerTask(services, planned)).rejects.toThrow("Throttling");
    await answerTask(services, planned);
    expect(services.queue.sent).toHaveLength(1);
  });

  it.each<[string, Job[], string[], number]>([
    ["the job has ended", [cancelled(job, noon, "by request")], ["t"], 0],
    ["the job was deleted", [], ["t"], 0],
    ["another task has taken its place", [{ ...job, task_tokens: ["u"] }], ["t"], 0],
    ["the task no longer waits", [job], [], 1],
  ])("is the last one when %s", async (_why, jobs, open, expected) => {
    const services = world({ jobs, open });
    await answerTask(services, beat);
    expect(services.calls).toHaveLength(expected);
    expect(services.queue.sent).toEqual([]);
  });
});
