import type { ProductEndpoint } from "../../../lambdas/core/catalog/webhook.ts";
import { jobEvents } from "../../../lambdas/core/job/job-event.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob } from "../../support/builders.ts";
import { lifecycle, lifeOf, published, setAsideIn } from "../../support/lifecycle.ts";

describe("what AWS permanently refuses of the lifecycle", () => {
  const endpoint: ProductEndpoint = {
    product: "shop",
    env: "prd",
    webhook: "orders",
    url: "https://shop.example/hook",
    secret: { $secret: "shop/webhook" },
    events: ["completed"],
  };

  it("is set aside if it is an event, and later ones are published", async () => {
    const services = lifecycle(jobEvents);
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

  it("is set aside one by one if it is a delivery or a task message", async () => {
    const services = lifecycle([], [endpoint]);
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

  it("is set aside once, though an earlier change keeps failing", async () => {
    const services = lifecycle(jobEvents);
    const [waiting, bad] = [aJob(), aJob()];
    services.bus.refuses = ({ detail }) => detail.job_id === waiting.id;
    services.bus.refusesForGood = ({ detail, name }) => detail.job_id === bad.id && name === "completed";
    const changes = [...lifeOf(waiting), ...lifeOf(bad)];
    for (let delivery = 0; delivery < 4; delivery++) expect(await handleChanges(services, changes)).toBe(0);
    expect(services.deadLetters.kept).toHaveLength(1);
  });

  it("is redelivered until the dead-letter queue takes it, or dropped", async () => {
    const services = lifecycle(jobEvents);
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
      "refused permanently, also as a dead letter: it is lost",
    );
  });
});
