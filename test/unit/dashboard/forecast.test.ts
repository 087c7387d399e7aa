import {
  eventTotals,
  gapWords,
  hasMoreEvents,
  noWaitWords,
  spanWords,
  waitWords,
} from "../../../dashboard/src/pages/forecast/words.ts";
import type { Forecast } from "../../../sdk/src/index.ts";

const hour = 3_600_000;
const due = (event: string, count: number) => ({ product_tag: "shop", env: "prd", event, count });

describe("the page of the forecast", () => {
  it("adds up events over the hours, and says when most of each is due", () => {
    const hours = [
      { at: 0, count: 5, events: [due("send", 3), due("pay", 2)] },
      { at: hour, count: 9, events: [due("pay", 9)] },
      { at: 2 * hour, count: 0, events: [] },
    ];
    expect(eventTotals({ hours })).toEqual([
      { event: "pay", count: 11, most_at: hour },
      { event: "send", count: 3, most_at: 0 },
    ]);
    expect(hasMoreEvents({ hours })).toBe(false);
    expect(hasMoreEvents({ hours: [{ at: 0, count: 60, events: [], more_events: 10 }] })).toBe(true);
  });

  it("says who waits, and at which numbers nobody would", () => {
    expect(waitWords({ waits: 0, longest_wait_ms: 0 })).toBe("nobody waits");
    expect(waitWords({ waits: 1, longest_wait_ms: 900 })).toBe("1 waits, at most 900 ms");
    expect(waitWords({ waits: 889, longest_wait_ms: 89_000 })).toBe("889 wait, at most 1 m 29 s");
    expect(noWaitWords({})).toBe("");
    const rate = { limit: 54_000, period_ms: 60_000, burst: 1 };
    expect(noWaitWords({ no_wait: { concurrency: 4, rate } })).toBe("4 at a time, 54,000 starts per minute");
  });

  it("says up to when it has looked where it did not see everything", () => {
    const forecast = { is_complete: false, examined: 8_000 } as Forecast;
    expect(gapWords(forecast, "09:00 UTC")).toBe(
      "Only 8,000 jobs were read: nothing that is due after 09:00 UTC is shown. Fewer hours, or one product and env, need fewer.",
    );
    expect(gapWords({ ...forecast, more_overdue: true }, "09:00 UTC")).toContain("More is due already than was read.");
    expect(gapWords({ ...forecast, is_complete: true }, "09:00 UTC")).toBeUndefined();
  });
});

test.each([
  [6, "6 hours"],
  [1, "1 hour"],
  [24, "24 hours"],
  [30, "30 hours"],
  [48, "2 days"],
  [168, "7 days"],
])("%i hours are %s", (hours, words) => expect(spanWords(hours)).toBe(words));
