import { describe, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import type { Delivery } from "../../../lambdas/core/outbound/webhook.ts";
import { deliver } from "../../../lambdas/webhooks/deliver.ts";
import type { Answer, HttpServer } from "../../support/executors/http-server.ts";
import {
  aDelivery,
  answering,
  current,
  drain,
  endpoint,
  newSecret,
  previous,
  stateOf,
  taking,
  type WebhookWorld,
  webhookWorld,
  withServer,
} from "../../support/webhook-world.ts";

test("either of two secrets verifies while one replaces the other", async () => {
  await withServer(taking, async (server) => {
    const catalog = [endpoint({ previous_secret: { $secret: "shop/hook", key: "old" } })];
    await deliver(webhookWorld(server.url, { catalog }), aDelivery());
    const { headers, body } = server.seen[0] as HttpServer["seen"][number];
    expect(String(headers["webhook-signature"]).split(" ")).toHaveLength(2);
    for (const secret of [current, previous]) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
        type: "job.completed",
      });
    }
  });
});

test.each([
  ["was rotated gets the event, signed with the new one", newSecret(), 204],
  ["is the one that it refuses is asked once", current, 401],
])("a receiver whose secret %s", async (_, now, status) => {
  const answer: Answer = ({ headers, body }, response) => {
    try {
      new Webhook(now === current ? previous : now).verify(body, headers as Record<string, string>);
      response.writeHead(204).end();
    } catch {
      response.writeHead(401).end();
    }
  };
  await withServer(answer, async (server) => {
    const services = webhookWorld(server.url);
    let known = current;
    const resolve: WebhookWorld["secrets"]["resolve"] = async (reference, options) => {
      if ("$parameter" in reference) return server.url;
      if (options?.fresh) known = now;
      return known;
    };
    await deliver({ ...services, secrets: { resolve } }, aDelivery());
    expect(server.seen).toHaveLength(status === 204 ? 2 : 1);
    expect((await stateOf(services))?.last_failure).toBe(status === 204 ? undefined : "HTTP_401");
  });
});

describe("webhook settings that AWS cannot return for now", () => {
  const throttled = async () => {
    throw new JobError("SERVICE_UNAVAILABLE", "secret(...) could not be read for now.");
  };

  test("use up no attempt and count against no endpoint", async () => {
    await withServer(taking, async (server) => {
      const services = webhookWorld(server.url);
      const { resolve } = services.secrets;
      services.secrets.resolve = throttled;
      await deliver(services, aDelivery({ attempt: 8 }));
      for (let minute = 0; minute < 120; minute++) {
        const next = services.queue.sent.shift();
        expect(next).toMatchObject({ delaySeconds: 60, message: { attempt: 8 } });
        await services.clock.advance(60_000);
        await deliver(services, next?.message as Delivery);
      }
      expect([await stateOf(services), services.announcer.announced]).toEqual([undefined, []]);
      services.secrets.resolve = resolve;
      await drain(services);
      expect([server.seen.length, services.queue.sent.length]).toEqual([1, 0]);
    });
  });

  test("do not disable an endpoint", async () => {
    await withServer(answering(410), async (server) => {
      const services = webhookWorld(server.url);
      const { resolve } = services.secrets;
      services.secrets.resolve = (reference, options) => (options?.fresh ? throttled() : resolve(reference));
      await deliver(services, aDelivery());
      expect(services.queue.sent).toMatchObject([{ delaySeconds: 60, message: { attempt: 1 } }]);
      expect([await stateOf(services), services.announcer.announced]).toEqual([undefined, []]);
    });
  });

  test("are given up after three days, when the message becomes a dead letter", async () => {
    const services = webhookWorld("http://127.0.0.1:1/");
    services.secrets.resolve = throttled;
    const old = aDelivery({ time: services.clock.now() - 3 * 86_400_000 - 1 });
    await expect(deliver(services, old)).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect(services.queue.sent).toEqual([]);
  });
});

test.each<[string, Record<string, string | undefined>, RegExp]>([
  ["plain HTTP to another machine", { "/shop/hook": "http://hooks.example/s3cret" }, /https/],
  ["credentials in the URL", { "/shop/hook": "https://u:s3cret@hooks.example" }, /credentials/],
  ["no URL", { "/shop/hook": undefined }, /parameter\("\/shop\/hook"\)/],
  ["a secret that is too short", { "shop/hook#current": "whsec_czNjcmV0" }, /signing secret/],
  ["a secret that is not base64", { "shop/hook#current": `whsec_!${"s3cret".repeat(9)}` }, /signing secret/],
])("%s in webhook settings is a failure that the log names", async (_what, broken, why) => {
  await withServer(taking, async (server) => {
    const services = webhookWorld(server.url);
    const good = { ...services.values };
    for (const [name, value] of Object.entries(broken)) {
      if (value === undefined) delete services.values[name];
      else services.values[name] = value;
    }
    await deliver(services, aDelivery());
    expect(await stateOf(services)).toMatchObject({ last_failure: "CONFIGURATION_ERROR" });
    expect(services.log.lines[0]).toMatchObject({ level: "error", fields: { why: expect.stringMatching(why) } });
    expect(JSON.stringify(services.log.lines)).not.toMatch(/s3cret|czNjcmV0/);
    Object.assign(services.values, good);
    await drain(services);
    expect(server.seen).toHaveLength(1);
  });
});
