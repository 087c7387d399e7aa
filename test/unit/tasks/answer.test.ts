import type { Context, SQSEvent } from "aws-lambda";
import { queueHandler } from "../../../lambdas/aws/lambda/queue-handler.ts";
import { PermanentError } from "../../../lambdas/core/errors.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { cancelled } from "../../../lambdas/core/job/transitions.ts";
import { store } from "../../../lambdas/core/operations/payload.ts";
import { recent } from "../../../lambdas/core/operations/recent.ts";
import { type Outcome, TaskMessage } from "../../../lambdas/core/outbound/task-message.ts";
import type { TaskAnswer, Tasks } from "../../../lambdas/core/ports/outbound-ports.ts";
import { about, answerTask } from "../../../lambdas/tasks/answer.ts";
import { aJob, noon } from "../../support/builders.ts";
import { fakeBlobStore } from "../../support/fakes/blob-store.ts";
import { fakeDeadLetters } from "../../support/fakes/dead-letters.ts";
import { fakeJobStore } from "../../support/fakes/job-store.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { fakeMessageQueue } from "../../support/fakes/message-queue.ts";

/** Step Functions with these tokens; one that is not among them is closed. */
function fakeTasks(open: string[]) {
  const said: unknown[][] = [];
  const say = async (...what: unknown[]): Promise<TaskAnswer> => {
    said.push(what);
    return open.includes(String(what[1])) ? "taken" : "closed";
  };
  const tasks: Tasks = {
    succeed: (token, output) => say("succeed", token, JSON.parse(output)),
    fail: (token, error, cause) => say("fail", token, error, cause),
    heartbeat: (token) => say("heartbeat", token),
  };
  return { tasks, said };
}

function world({ open = ["t"], jobs = [] }: { open?: string[]; jobs?: Job[] } = {}) {
  const { tasks, said } = fakeTasks(open);
  const queue = fakeMessageQueue<TaskMessage>();
  return {
    tasks,
    said,
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

describe("the end of a job", () => {
  it("is the success of its task, with the result", async () => {
    const services = world();
    await answerTask(services, ended({ status: "completed", result: { inline: { order: 7 } } }));
    expect(services.said).toEqual([["succeed", "t", { job_id: "job_1", status: "completed", result: { order: 7 } }]]);
  });

  it("brings a result from the bucket, and a link to it where it is larger than Step Functions takes", async () => {
    const services = world();
    const large = "x".repeat(200_000);
    const larger = "x".repeat(262_144);
    await answerTask(services, ended({ status: "completed", result: await store(services.blobs, "results/a", large) }));
    await answerTask(
      services,
      ended({ status: "completed", result: await store(services.blobs, "results/b", larger) }),
    );
    const [first, second] = services.said.map(([, , output]) => output as Record<string, unknown>);
    expect(first).toMatchObject({ result: large });
    const { result_url, ...rest } = second ?? {};
    expect(rest).toEqual({ job_id: "job_1", status: "completed", result_bytes: 262_146 });
    expect(await (await fetch(String(result_url))).json()).toBe(larger);
  });

  it("fits at the very edge", async () => {
    const services = world();
    const edge = "x".repeat(262_144 - 512 - 2);
    await answerTask(services, ended({ status: "completed", result: await store(services.blobs, "results/a", edge) }));
    const output = services.said[0]?.[2] as { result: string };
    expect(output.result).toBe(edge);
    expect(Buffer.byteLength(JSON.stringify(output))).toBeLessThanOrEqual(262_144);
  });

  it("is its failure with the stable code, and CANCELLED where it was cancelled", async () => {
    const services = world();
    await answerTask(services, ended({ status: "failed", error: "NOT_FOUND", cause: "No such order." }));
    await answerTask(services, ended({ status: "cancelled", error: "CANCELLED", cause: "expired" }));
    expect(services.said).toEqual([
      ["fail", "t", "NOT_FOUND", "No such order."],
      ["fail", "t", "CANCELLED", "expired"],
    ]);
  });

  it("is told to every task that asked, and dropped where nobody waits: without the token in the log", async () => {
    const services = world({ open: ["new"] });
    await answerTask(services, ended({ status: "completed" }, ["old-t0ken", "new"]));
    expect(services.said).toHaveLength(2);
    expect(services.log.lines).toMatchObject([{ level: "warn", fields: { job_id: "job_1" } }]);
    expect(JSON.stringify(services.log.lines)).not.toContain("t0ken");
  });

  it("is said again, to all, when Step Functions could not be told", async () => {
    const services = world({ open: ["a", "b"] });
    const { succeed } = services.tasks;
    services.tasks.succeed = async (token, output) => {
      if (token === "a") throw new Error("ThrottlingException");
      return succeed(token, output);
    };
    await expect(answerTask(services, ended({ status: "completed" }, ["a", "b"]))).rejects.toThrow("Throttling");
    expect(services.said).toHaveLength(1);
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

  it("is told to the others where Step Functions will never take it of one, which is said at last", async () => {
    const services = world({ open: ["a", "b", "c"] });
    const told = ended({ status: "completed" }, ["a", "b", "c"]);
    const throttled = refusing(services, { a: neverTaken, b: new Error("ThrottlingException") });
    // Before it is set aside, all the others are to be told.
    await expect(answerTask(throttled, told)).rejects.toThrow("Throttling");
    await expect(answerTask(refusing(services, { a: neverTaken }), told)).rejects.toBe(neverTaken);
    expect(new Set(services.said.map(([, token]) => token))).toEqual(new Set(["b", "c"]));
  });

  it("that Step Functions will never take is set aside at once with its reason, and its batch goes on", async () => {
    const services = {
      ...refusing(world({ open: ["t", "u"] }), { t: neverTaken }),
      deadLetters: fakeDeadLetters(),
      redelivery: { soon: async () => {} },
    };
    const [bad, good] = [ended({ status: "completed" }), ended({ status: "completed" }, ["u"])];
    const Records = [bad, good].map((message, i) => ({ messageId: `${i}`, body: JSON.stringify(message) }));
    const handler = queueHandler(() => services, TaskMessage, answerTask, about);
    const give = () => handler({ Records } as unknown as SQSEvent, {} as Context);

    services.deadLetters.refuses = () => true;
    expect(await give()).toEqual({ batchItemFailures: [{ itemIdentifier: "0" }] });
    services.deadLetters.refuses = () => false;
    expect(await give()).toEqual({ batchItemFailures: [] });
    expect(services.deadLetters.kept).toMatchObject([{ code: "InvalidOutput", body: bad }]);
    expect(services.log.lines.at(-1)).toMatchObject({ measured: { values: { set_aside: 1 } } });
    expect(services.said.map(([, token]) => token)).toEqual(["u", "u"]);
  });
});

describe("a heartbeat", () => {
  const job = aJob({ task_tokens: ["t"] });
  const beat: TaskMessage = { v: 1, kind: "heartbeat", job_id: job.id, token: "t" };

  it("is sent while the job goes on, and sends the message of the next one", async () => {
    const services = world({ jobs: [job] });
    await answerTask(services, beat);
    expect(services.said).toEqual([["heartbeat", "t"]]);
    expect(services.queue.sent).toEqual([{ message: beat, delaySeconds: 60, group: job.id }]);
  });

  it("that was doubled goes on once, at the minute after its own", async () => {
    const services = world({ jobs: [job] });
    const planned = { ...beat, at: noon };
    await Promise.all([answerTask(services, planned), answerTask(services, planned)]);
    await answerTask(services, planned);
    expect(services.said).toEqual([["heartbeat", "t"]]);
    expect(services.queue.sent.map(({ message }) => message)).toEqual([{ ...planned, at: noon + 60_000 }]);
  });

  it("that could not be sent is sent when its message comes again", async () => {
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
    ["the job is over", [cancelled(job, noon, "by request")], ["t"], 0],
    ["the job is gone", [], ["t"], 0],
    ["another task has taken its place", [{ ...job, task_tokens: ["u"] }], ["t"], 0],
    ["nobody waits for the task", [job], [], 1],
  ])("is the last one when %s", async (_why, jobs, open, calls) => {
    const services = world({ jobs, open });
    await answerTask(services, beat);
    expect(services.said).toHaveLength(calls);
    expect(services.queue.sent).toEqual([]);
  });
});
