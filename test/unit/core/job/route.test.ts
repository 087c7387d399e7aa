import * as fc from "fast-check";
import { arrival, maxQueueDelaySeconds, route, schedulerLeadMs } from "../../../../lambdas/core/job/route.ts";

const now = Date.UTC(2026, 0, 1, 12, 0, 0, 250);

describe("route", () => {
  it.each([
    ["in the past", -1, { via: "queue", delaySeconds: 0 }],
    ["now", 0, { via: "queue", delaySeconds: 0 }],
    ["in less than a second", 999, { via: "queue", delaySeconds: 0 }],
    ["in exactly a second", 1000, { via: "queue", delaySeconds: 1 }],
    ["in 15 minutes less a millisecond", 899_999, { via: "queue", delaySeconds: 899 }],
    ["in 15 minutes", 900_000, { via: "queue", delaySeconds: 900 }],
    ["a millisecond after 15 minutes", 900_001, { via: "scheduler", at: Math.floor((now + 900_001 - 75_000) / 1000) }],
  ])("a job due %s", (_when, ahead, expected) => {
    expect(route(now, now + ahead)).toEqual(expected);
  });

  it("never asks for a delay that SQS refuses, nor for a schedule in the past", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 2e11 }), (ahead) => {
        const way = route(now, now + ahead);
        if (way.via === "queue") return way.delaySeconds >= 0 && way.delaySeconds <= maxQueueDelaySeconds;
        return way.at * 1000 > now;
      }),
    );
  });

  it("delivers early enough for a Scheduler that is a minute late", () => {
    const due = now + 3_600_000;
    const way = route(now, due);
    expect(way).toMatchObject({ via: "scheduler" });
    const latest = (way as { at: number }).at * 1000 + 60_000;
    expect(latest).toBeLessThanOrEqual(due - (schedulerLeadMs - 60_000));
  });
});

describe("arrival", () => {
  it.each([
    ["late", -5000, { do: "start" }],
    ["on time", 0, { do: "start" }],
    ["a millisecond early", 1, { do: "wait", ms: 1 }],
    ["just less than a second early", 999, { do: "wait", ms: 999 }],
    ["a second early", 1000, { do: "resend", delaySeconds: 1 }],
    ["75.4 s early", 75_400, { do: "resend", delaySeconds: 75 }],
    ["an hour early", 3_600_000, { do: "resend", delaySeconds: 900 }],
  ])("a message that is %s", (_when, early, expected) => {
    expect(arrival(now, now + early)).toEqual(expected);
  });

  it("holds a message for longer where the setting allows", () => {
    expect(arrival(now, now + 4999, 5000)).toEqual({ do: "wait", ms: 4999 });
    expect(arrival(now, now + 5000, 5000)).toEqual({ do: "resend", delaySeconds: 5 });
  });
});
