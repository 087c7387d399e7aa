import { takeMessages } from "../../../lambdas/intake/take-messages.ts";
import { noon } from "../../support/builders.ts";
import { sharingCatalog } from "../../support/catalog/sharing.ts";
import { intakeServices } from "../../support/intake/services.ts";

const order = (n: number, event = "index") => ({
  product_tag: "shared",
  env: "prd",
  event,
  input: { body: { user: "a", n } },
});
const message = (id: string, content: object, sentAt = noon) => ({ id, body: JSON.stringify(content), sentAt });

const world = () => ({ ...intakeServices(), catalog: sharingCatalog });

it("the intake debounces messages by when each is handled", async () => {
  const services = world();
  await services.clock.advance(5000);
  expect(await takeMessages(services, [message("1", order(1)), message("2", order(2), noon + 4000)])).toEqual([]);
  expect(services.jobs.all()).toMatchObject([
    { due_at: noon + 35_000, input: { inline: { body: { n: 2 } } }, debounce: { requests: 2 } },
  ]);
});

it("a message that is delivered again puts no job off", async () => {
  const services = world();
  await takeMessages(services, [message("1", order(1))]);
  await takeMessages(services, [message("2", order(2), noon + 1000)]);
  const before = services.jobs.all().map(({ due_at, input }) => ({ due_at, input }));
  await takeMessages(services, [message("1", order(1))]);
  expect(services.jobs.all()).toMatchObject(before);
});

it("a message whose unique key has an open job is skipped or rejected", async () => {
  const services = world();
  await takeMessages(services, [message("1", order(1, "sync")), message("2", order(2, "sync"))]);
  const [job] = services.jobs.all();
  expect(services.jobs.all()).toMatchObject([{ input: { inline: { body: { n: 1 } } } }]);
  if (!job) throw new Error("gone");
  await services.jobs.replace({ ...job, status: "running", version: job.version + 1 });
  const replacing = { ...order(3, "sync"), unique: { on_conflict: "replace" } };
  expect(await takeMessages(services, [message("3", replacing)])).toEqual([]);
  expect(services.rejections.rejected).toMatchObject([{ detail: { code: "STATE_CONFLICT", job_id: job.id } }]);
});
