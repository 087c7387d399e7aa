import { jobEvents } from "../../../lambdas/core/job/job-event.ts";
import { recent } from "../../../lambdas/core/kernel/recent.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob } from "../../support/builders.ts";
import { lifecycle, lifeOf, published, written } from "../../support/lifecycle.ts";

describe("a batch that Lambda delivers again", () => {
  it("publishes the same events in the same order", async () => {
    const services = lifecycle(jobEvents);
    const changes = lifeOf(aJob({ task_tokens: ["t"] }));
    await handleChanges(services, changes);
    const once = structuredClone(services.bus.published);
    // Another process has no memory of what the first one sent.
    await handleChanges({ ...services, recentlySent: recent() }, changes);
    expect(services.bus.published).toEqual([...once, ...once]);
  });

  it("publishes nothing twice from one process", async () => {
    const services = lifecycle(jobEvents);
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

  it("publishes both of two identical writes", async () => {
    const services = lifecycle(jobEvents);
    const job = aJob();
    for (let made = 0; made < 2; made++) await handleChanges(services, [written({ after: job })]);
    expect(published(services)).toHaveLength(2);
  });
});
