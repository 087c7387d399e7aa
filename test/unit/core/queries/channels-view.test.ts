import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { notificationExecutor } from "../../../../lambdas/consumers/types/notification/execute.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { scheduleJob } from "../../../../lambdas/core/operations/schedule-job.ts";
import { viewOf } from "../../../../lambdas/core/queries/view.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const product: Product = {
  tag: "shop",
  envs: ["dev"],
  jobs: { tell: { type: "notification", notification: "customers", retries: 0 } },
  notifications: {
    customers: {
      envs: { dev: { push: { provider: "expo" }, sms: { provider: "sns" }, callback: { url: "https://x.example" } } },
      messages: { plain: {} },
    },
  },
};

const gone = (tokens: string[]) =>
  new JobError("NOT_FOUND", "None of the devices is registered any more.", {
    progress: { sent: [], dead: tokens.map((to) => ({ to, reason: "DeviceNotRegistered" })) },
  });

/** A notification by push, SMS and callback, run once by senders of its own. */
async function shown(senders: Parameters<typeof notificationExecutor>[0], tokens = ["t-1"]) {
  const services = fakeServices({ catalog: makeCatalog([product], registry) });
  const text = { en: "Shipped" };
  const input = {
    slug: "plain",
    push_notification: { title: text, body: text, device_tokens: tokens },
    sms: { to: "+4930123456", body: text },
    callback: { body: {} },
  };
  const body = { product_tag: "shop", env: "dev", event: "tell", input, start_at: 0 };
  const { id } = await scheduleJob(services, parseRequest(body, services.catalog, services.clock.now()));
  for (const { message } of services.queue.sent.splice(0)) {
    await runJob(services, notificationExecutor(senders), message);
  }
  return viewOf(services, (await services.jobs.get(id)) as Job, services.clock.now());
}

const sms = async () => ({ sent: [{ to: "+4930123456", id: "m-1" }], dead: [] });
const callback = async () => ({ response_status: 204 });

describe("the channels of a notification", () => {
  it("are all shown after a failure, with forgotten recipients", async () => {
    const push_notification = () => Promise.reject(gone(["t-1"]));
    expect(await shown({ push_notification, sms, callback })).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND" },
      channels: {
        push_notification: {
          status: "failed",
          code: "NOT_FOUND",
          dead: [{ to: "t-1", reason: "DeviceNotRegistered" }],
        },
        sms: { status: "sent", sent: [{ to: "+4930123456", id: "m-1" }] },
        callback: { status: "sent", response_status: 204 },
      },
    });
  });

  it("show the provider's code, which the job's error has too", async () => {
    const push_notification = () =>
      Promise.reject(new JobError("FORBIDDEN", "no", { providerCode: "SENDER_ID_MISMATCH" }));
    const limited = () => Promise.reject(new JobError("UNAUTHORIZED", "no", { providerCode: "401" }));
    expect(await shown({ push_notification, sms: limited, callback })).toMatchObject({
      error: { code: "FORBIDDEN", provider_code: "SENDER_ID_MISMATCH" },
      attempts: [{ error: { provider_code: "SENDER_ID_MISMATCH" } }],
      channels: { push_notification: { provider_code: "SENDER_ID_MISMATCH" }, sms: { provider_code: "401" } },
    });
  });

  it("are shown where they are too many for the job's item", async () => {
    const tokens = Array.from({ length: 400 }, (_, i) => `token-${i}`);
    const view = await shown({ push_notification: () => Promise.reject(gone(tokens)), sms, callback }, tokens);
    expect(view.channels?.push_notification?.dead).toHaveLength(400);
  });

  it("are the result of a completed one, and not shown twice", async () => {
    const push_notification = async () => ({ sent: [{ to: "t-1", id: "p-1" }], dead: [] });
    const view = await shown({ push_notification, sms, callback });
    expect(view).toMatchObject({ status: "completed", result: { channels: { callback: { status: "sent" } } } });
    expect(view).not.toHaveProperty("channels");
  });
});
