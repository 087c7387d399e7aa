import type { ProductEndpoint } from "../../../lambdas/core/catalog/webhook.ts";
import { jobEvents } from "../../../lambdas/core/job/job-event.ts";
import { recent } from "../../../lambdas/core/kernel/recent.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob } from "../../support/builders.ts";
import { lifecycle, lifeOf } from "../../support/lifecycle.ts";

describe("a webhook endpoint", () => {
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
  const sentOf = ({ webhooks }: ReturnType<typeof lifecycle>) =>
    webhooks.sent.map(({ message, group }) => [message.type, message.data.job_id, group]);

  it("gets its product and env's transitions that it subscribes to", async () => {
    const services = lifecycle([], [endpoint(), endpoint({ webhook: "all", events: ["scheduled", "completed"] })]);
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

  it("gets a distinct and stable id for every event", async () => {
    const services = lifecycle([], [endpoint({ events: [...jobEvents] })]);
    const [job, other] = [aJob(), aJob()];
    const changes = [...lifeOf(job), ...lifeOf(other)];
    // Two processes: the second has no memory of what the first one sent.
    for (const recentlySent of [recent(), recent()]) await handleChanges({ ...services, recentlySent }, changes);
    const ids = services.webhooks.sent.map(({ message }) => message.id);
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(6);
    expect(ids.slice(0, 6)).toEqual(ids.slice(6));
    for (const id of ids) expect(id).toMatch(/^evt_[0-9a-f]{32}$/);
  });

  it("gets nothing twice while the bus refuses another job's event", async () => {
    const services = lifecycle(jobEvents, [endpoint()]);
    const [bad, job] = [aJob(), aJob()];
    services.bus.refuses = ({ detail }) => detail.job_id === bad.id;
    const changes = [...lifeOf(bad), ...lifeOf(job)];
    for (let delivery = 0; delivery < 5; delivery++) expect(await handleChanges(services, changes)).toBe(0);
    expect(sentOf(services).map(([, id]) => id)).toEqual([bad.id, job.id]);
  });

  it("is notified again from the first write that the queue refused", async () => {
    const services = lifecycle([], [endpoint()]);
    const [first, second] = [aJob(), aJob()];
    services.webhooks.refuses = ({ data }) => data.job_id === second.id;
    const changes = [...lifeOf(first), ...lifeOf(second)];
    expect(await handleChanges(services, changes)).toBe(5);
    services.webhooks.refuses = () => false;
    expect(await handleChanges(services, changes.slice(5))).toBeUndefined();
    expect(sentOf(services).map(([, id]) => id)).toEqual([first.id, second.id]);
  });
});
