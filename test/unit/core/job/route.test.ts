import { newJobId } from "../../../../lambdas/core/job/job-id.ts";
import {
  arrival,
  leadMs,
  leadSpreadSeconds,
  maxQueueDelaySeconds,
  quarterHourMs,
  route,
  schedulerLeadMs,
} from "../../../../lambdas/core/job/route.ts";
import { fc } from "../../../support/properties.ts";

const now = Date.UTC(2026, 0, 1, 12, 0, 0, 250);
const id = "job_0198c0de000070008000000000000001";
const due = (ahead: number, of = id) => ({ id: of, due_at: now + ahead });

describe("route", () => {
  it.each([
    ["in the past", -1, { via: "queue", delaySeconds: 0 }],
    ["now", 0, { via: "queue", delaySeconds: 0 }],
    ["in less than a second", 999, { via: "queue", delaySeconds: 0 }],
    ["in exactly a second", 1000, { via: "queue", delaySeconds: 1 }],
    ["in 15 minutes less a millisecond", 899_999, { via: "queue", delaySeconds: 899 }],
    ["in 15 minutes", 900_000, { via: "queue", delaySeconds: 900 }],
    [
      "a millisecond after 15 minutes",
      900_001,
      { via: "scheduler", at: Math.floor((now + 900_001 - leadMs(id)) / 1000) },
    ],
  ])("a job due %s", (_when, ahead, expected) => {
    expect(route(now, due(ahead))).toEqual(expected);
  });

  it("asks for no delay that SQS refuses and for no schedule in the past", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 2e11 }), fc.uuid(), fc.nat(40), (ahead, uuid, further) => {
        const way = route(now, due(ahead, uuid), further);
        if (way.via === "queue") return way.delaySeconds >= 0 && way.delaySeconds <= maxQueueDelaySeconds;
        return way.at * 1000 > now;
      }),
    );
  });

  it("allows for a Scheduler that is a minute late, within what SQS can hold", () => {
    for (const one of Array.from({ length: 1000 }, () => newJobId())) {
      const way = route(now, due(3_600_000, one)) as { via: "scheduler"; at: number };
      expect(way.via).toBe("scheduler");
      const early = now + 3_600_000 - way.at * 1000;
      expect(early - 60_000).toBeGreaterThanOrEqual(schedulerLeadMs - 60_000);
      expect(early).toBeLessThanOrEqual(quarterHourMs);
    }
  });
});

describe("the lead", () => {
  it("is always the same for a job", () => {
    expect(route(now, due(7_200_000))).toEqual(route(now + 60_000, due(7_200_000)));
  });

  it("spreads the jobs of one second over 13 minutes, evenly", () => {
    const seconds = new Map<number, number>();
    const jobs = 100 * leadSpreadSeconds;
    for (let i = 0; i < jobs; i++) {
      const { at } = route(now, due(3_600_000, newJobId())) as { at: number };
      seconds.set(at, (seconds.get(at) ?? 0) + 1);
    }
    expect(seconds.size).toBe(leadSpreadSeconds);
    expect(Math.max(...seconds.values())).toBeLessThan(170);
  });

  it("is spread within every shard of the index", () => {
    const leads = new Set(Array.from({ length: 5000 }, () => leadMs(`${newJobId().slice(0, -2)}00`)));
    expect(leads.size).toBeGreaterThan(700);
  });

  it("grows by quarter hours where many are due", () => {
    const { at } = route(now, due(7_200_000)) as { at: number };
    expect(route(now, due(7_200_000), 3)).toEqual({ via: "scheduler", at: at - 3 * 900 });
  });

  it("that is longer than the time left leads to the queue", () => {
    expect(route(now, due(3_600_000), 4)).toEqual({ via: "queue", delaySeconds: 900 });
    expect(arrival(now + 900_000, now + 3_600_000)).toEqual({ do: "resend", delaySeconds: 900 });
    expect(arrival(now + 2_700_000, now + 3_600_000)).toEqual({ do: "resend", delaySeconds: 900 });
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
    ["as early as the longest lead", 854_999, { do: "resend", delaySeconds: 854 }],
    ["an hour early", 3_600_000, { do: "resend", delaySeconds: 900 }],
  ])("a message that is %s", (_when, early, expected) => {
    expect(arrival(now, now + early)).toEqual(expected);
  });

  it("holds a message for longer where the setting allows", () => {
    expect(arrival(now, now + 4999, { longestWaitMs: 5000 })).toEqual({ do: "wait", ms: 4999 });
    expect(arrival(now, now + 5000, { longestWaitMs: 5000 })).toEqual({ do: "resend", delaySeconds: 5 });
  });

  it("lets messages come back seconds early where consumers hold them", () => {
    const waiting = { holdSeconds: 10 };
    const early = new Set<number>();
    for (const one of Array.from({ length: 2000 }, () => newJobId())) {
      const again = arrival(now, now + 100_000, waiting, one) as { do: "resend"; delaySeconds: number };
      expect(again.do).toBe("resend");
      const remaining = 100_000 - again.delaySeconds * 1000;
      early.add(remaining);
      expect(arrival(now + again.delaySeconds * 1000, now + 100_000, waiting, one)).toEqual({
        do: "wait",
        ms: remaining,
      });
    }
    expect(Math.min(...early)).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...early)).toBeLessThan(11_000);
    expect(early.size).toBeGreaterThanOrEqual(8);
  });
});
