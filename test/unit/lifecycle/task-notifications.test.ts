import { jobEvents } from "../../../lambdas/core/job/job-event.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob, noon } from "../../support/builders.ts";
import { lifecycle, lifeOf, published, written } from "../../support/lifecycle.ts";

describe("a task of Step Functions that waits for a job", () => {
  const sentOf = ({ tasks }: ReturnType<typeof lifecycle>) =>
    tasks.sent.map(({ message, delaySeconds }) => [message.kind, message.job_id, delaySeconds]);

  it("gets heartbeats from the job's creation, and the outcome at its end", async () => {
    const services = lifecycle([]);
    const job = aJob({ task_tokens: ["t"] });
    expect(await handleChanges(services, [...lifeOf(aJob()), ...lifeOf(job)])).toBeUndefined();
    expect(sentOf(services)).toEqual([
      ["outcome", job.id, 0],
      ["heartbeat", job.id, 60],
    ]);
    expect(services.bus.published).toEqual([]);
  });

  it("is notified again from the first write that its queue refused", async () => {
    const services = lifecycle();
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

  it("is notified again from the first of several writes that the queue refused", async () => {
    const services = lifecycle();
    services.tasks.refuses = ({ kind }) => kind === "outcome";
    const changes = ["a", "b"].flatMap((token) => lifeOf(aJob({ task_tokens: [token] })));
    expect(await handleChanges(services, changes)).toBe(2);
    expect(services.stats.all()[0]?.counts).toMatchObject({ completed: 0 });
  });

  it("has one chain of heartbeats, however often the bus refuses other events", async () => {
    const services = lifecycle(jobEvents);
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
  const services = lifecycle();
  const changes = ["a", "b"].map((token) => ({ id: token, after: aJob({ task_tokens: [token] }), at: noon }));
  // At first the queue takes only one of the two.
  services.tasks.refuses = (message) => message.kind === "heartbeat" && message.token === "a";
  expect(await handleChanges(services, changes)).toBe(0);
  services.tasks.refuses = () => false;
  for (let delivery = 0; delivery < 3; delivery++) expect(await handleChanges(services, changes)).toBeUndefined();
  const tokens = services.tasks.sent.map(({ message }) => message.kind === "heartbeat" && message.token);
  expect(tokens).toEqual(["b", "a"]);
});
