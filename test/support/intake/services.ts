import type { TaskMessage } from "../../../lambdas/core/outbound/task-message.ts";
import { catalog } from "../catalog/catalog.ts";
import { fakeImportQueue } from "../fakes/import-queue.ts";
import { fakeMessageQueue } from "../fakes/message-queue.ts";
import { fakeRejections } from "../fakes/rejections.ts";
import { fakeServices } from "../fakes/services.ts";

export const payloads = "payloads";

/** Fakes of everything that the intake uses, with the test catalog. */
export const intakeServices = () => ({
  ...fakeServices({ catalog }),
  rejections: fakeRejections(),
  imports: fakeImportQueue(),
  tasks: fakeMessageQueue<TaskMessage>(),
  bucket: payloads,
});
export type FakeIntake = ReturnType<typeof intakeServices>;

/** A request that every entry accepts. */
export const order = (more: Record<string, unknown> = {}) => ({
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { body: { item: "tea" } },
  start_at: 0,
  ...more,
});
