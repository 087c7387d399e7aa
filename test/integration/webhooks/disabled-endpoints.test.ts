import { describe, expect, test } from "@jest/globals";
import { PermanentError } from "../../../lambdas/core/kernel/errors.ts";
import { deliver } from "../../../lambdas/webhooks/deliver.ts";
import { aJob } from "../../support/builders.ts";
import { fakeSecrets } from "../../support/fakes/secrets.ts";
import {
  aDelivery,
  answering,
  drain,
  endpoint,
  stateOf,
  taking,
  webhookWorld,
  withServer,
} from "../../support/webhook-world.ts";

test("410 Gone disables the endpoint at once and drops its other deliveries", async () => {
  await withServer(answering(410), async (server) => {
    const services = webhookWorld(server.url);
    await deliver(services, aDelivery());
    expect(services.queue.sent).toEqual([]);
    expect(services.announcer.announced).toEqual([
      {
        type: "webhook.disabled",
        time: services.clock.now(),
        detail: {
          product_tag: "shop",
          env: "prd",
          webhook: "orders",
          reason: "gone",
          failures: 1,
          failing_since: services.clock.now(),
          last_failure: "HTTP_410",
          disabled_at: services.clock.now(),
        },
      },
    ]);
    await deliver(services, aDelivery({}, aJob()));
    expect(server.seen).toHaveLength(1);
    expect(services.announcer.announced).toHaveLength(1);
  });
});

test("an endpoint that has failed for more than a day is disabled after 8 attempts", async () => {
  await withServer(answering(500), async (server) => {
    const services = webhookWorld(server.url);
    const started = services.clock.now();
    await deliver(services, aDelivery());
    await drain(services);
    expect(server.seen).toHaveLength(8);
    const hours = (services.clock.now() - started) / 3_600_000;
    expect(hours).toBeGreaterThan(24);
    expect(hours).toBeLessThan(30);
    expect(services.announcer.announced).toMatchObject([
      { type: "webhook.disabled", detail: { reason: "failing", failures: 8, failing_since: started } },
    ]);
    expect(await stateOf(services)).toMatchObject({ disabled: { reason: "failing" } });
  });
});

test("an endpoint that refuses one delivery stays enabled while others arrive", async () => {
  const poison = aJob({ status: "failed" });
  await withServer(
    (request, response, raw) => (request.body.includes(poison.id) ? answering(500) : taking)(request, response, raw),
    async (server) => {
      const services = webhookWorld(server.url);
      await deliver(services, aDelivery({}, poison));
      await drain(services, () => deliver(services, aDelivery({}, aJob())));
      expect(services.announcer.announced).toEqual([]);
      expect(await stateOf(services)).toBeUndefined();
      expect(services.log.lines).toContainEqual(
        expect.objectContaining({ level: "error", message: "delivery given up" }),
      );
    },
  );
});

test("a disabled endpoint that is enabled or gets another URL receives events again", async () => {
  await withServer(answering(410), async (old) =>
    withServer(taking, async (server) => {
      const services = webhookWorld(old.url);
      await deliver(services, aDelivery());
      services.values["/shop/hook"] = server.url;
      await deliver(services, aDelivery({}, aJob()));
      expect([old.seen.length, server.seen.length, await stateOf(services)]).toEqual([1, 1, undefined]);

      await services.endpoints.disable(endpoint(), { at: 1, reason: "failing", url: "hash of another" });
      await services.endpoints.enable(endpoint());
      await deliver(services, aDelivery({}, aJob()));
      expect(server.seen).toHaveLength(2);
    }),
  );
});

test("a delivery comes again until the bus takes its endpoint's event", async () => {
  await withServer(answering(410), async (server) => {
    const services = webhookWorld(server.url);
    const { announce } = services.announcer;
    services.announcer.announce = async () => {
      throw new Error("the bus is down");
    };
    await expect(deliver(services, aDelivery())).rejects.toThrow("the bus is down");
    services.announcer.announce = announce;
    await deliver(services, { ...aDelivery(), id: "another" });
    expect(services.announcer.announced).toHaveLength(0);
    for (let i = 0; i < 2; i++) await deliver(services, aDelivery());
    expect(services.announcer.announced).toHaveLength(1);
    expect(await stateOf(services)).toMatchObject({ disabled: { reason: "gone" } });
    expect(server.seen).toHaveLength(1);
  });
});

test("another delivery publishes the event if the disabling one never comes back", async () => {
  await withServer(answering(410), async (server) => {
    const services = webhookWorld(server.url);
    const { announce } = services.announcer;
    services.announcer.announce = async () => {
      throw new Error("the bus is down");
    };
    await expect(deliver(services, aDelivery())).rejects.toThrow("the bus is down");
    services.announcer.announce = announce;
    await services.clock.advance(300_001);
    for (let i = 0; i < 2; i++) await deliver(services, { ...aDelivery({}, aJob()), due_at: 0, id: `other-${i}` });
    expect(services.announcer.announced).toHaveLength(1);
  });
});

test("a disabled endpoint's event that the bus refuses for good is set aside", async () => {
  await withServer(answering(410), async (server) => {
    const services = webhookWorld(server.url);
    services.announcer.announce = async () => {
      throw new PermanentError("InvalidArgument", "EventBridge refused an entry permanently: InvalidArgument");
    };
    await deliver(services, aDelivery());
    expect(services.deadLetters.kept).toMatchObject([{ code: "InvalidArgument", body: { type: "webhook.disabled" } }]);
    expect(await stateOf(services)).toMatchObject({ disabled: { reason: "gone" } });
  });
});

test("simultaneous deliveries that meet 410 Gone publish one event", async () => {
  await withServer(answering(410), async (server) => {
    const services = webhookWorld(server.url);
    // All of them have read the endpoint's state before any was answered.
    const { get } = services.endpoints;
    services.endpoints.get = async () => undefined;
    const { failed } = services.endpoints;
    const before = { failures: 1, failing_since: 1, last_failure: "HTTP_410" };
    services.endpoints.failed = async (...failure) => ({ ...before, failures: (await failed(...failure)).failures });
    const deliveries = Array.from({ length: 35 }, () => aDelivery({}, aJob()));
    await Promise.all(deliveries.map((one) => deliver(services, one)));
    services.endpoints.get = get;
    expect(server.seen).toHaveLength(35);
    expect(services.announcer.announced).toHaveLength(1);
  });
});

describe("two processes, of which one has cached the URL from before a change,", () => {
  /** The process with the old URL in its cache; it shares everything else with the fresh one. */
  function processes(before: string, after: string) {
    const fresh = webhookWorld(after);
    const stale = { ...fresh };
    let kept: Record<string, string> = { ...fresh.values, "/shop/hook": before };
    stale.secrets = {
      resolve: async (reference, options) => {
        if (options?.fresh) kept = { ...fresh.values };
        return fakeSecrets(kept).resolve(reference);
      },
    };
    return { fresh, stale };
  }

  test("disable no endpoint when its old URL answers 410 Gone", async () => {
    await withServer(answering(410), async (old) =>
      withServer(taking, async (server) => {
        const { fresh, stale } = processes(old.url, server.url);
        await deliver(stale, aDelivery());
        expect(stale.queue.sent).toMatchObject([{ delaySeconds: 0, message: { attempt: 1 } }]);
        await drain(stale);
        await deliver(fresh, aDelivery({}, aJob()));
        expect([old.seen.length, server.seen.length]).toEqual([1, 2]);
        expect([await stateOf(fresh), fresh.announcer.announced]).toEqual([undefined, []]);
      }),
    );
  });

  test("disable no endpoint whose old URL has failed for a day", async () => {
    await withServer(answering(500), async (old) =>
      withServer(taking, async (server) => {
        const { stale } = processes(old.url, server.url);
        const now = stale.clock.now();
        await stale.endpoints.failed(endpoint(), {
          at: now - 90_000_000,
          event: "job.completed",
          job_id: "job_1",
          code: "HTTP_500",
          attempt: 1,
        });
        await deliver(stale, aDelivery({ attempt: 8, failed_at: now - 90_000_000 }));
        await drain(stale);
        expect(server.seen).toHaveLength(1);
        expect([await stateOf(stale), stale.announcer.announced]).toEqual([undefined, []]);
      }),
    );
  });

  test("agree that an endpoint which was disabled under its new URL stays so", async () => {
    await withServer(taking, async (old) =>
      withServer(answering(410), async (server) => {
        const { fresh, stale } = processes(old.url, server.url);
        await deliver(fresh, aDelivery());
        for (let i = 0; i < 3; i++) {
          await deliver(stale, aDelivery({}, aJob()));
          await deliver(fresh, aDelivery({}, aJob()));
        }
        expect([old.seen.length, server.seen.length]).toEqual([0, 1]);
        expect(fresh.announcer.announced).toHaveLength(1);
        expect(await stateOf(fresh)).toMatchObject({ disabled: { reason: "gone" } });
      }),
    );
  });
});
