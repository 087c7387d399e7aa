import type { Forecast } from "../../../sdk/src/index.ts";
import { answering, now } from "../../support/cli/answering.ts";

const hour = 3_600_000;
const place = { product_tag: "shop", env: "prd" };
const quiet: Forecast = {
  ...{ from: now, until: now + 2 * hour, is_complete: true, covers_until: now + 2 * hour },
  ...{ examined: 0, counted: 0, overdue: 0, hours: [{ at: now, count: 0, events: [] }] },
  ...{ hot_minutes: [], starts_per_second: 1000, limits: [] },
};
const event = (name: string, count: number) => ({ ...place, event: name, count });
const busy: Forecast = {
  ...quiet,
  ...{ counted: 1010, overdue: 3 },
  hours: [
    { at: now, count: 0, events: [] },
    {
      at: now + hour,
      count: 1010,
      events: [event("charge", 900), event("mail", 100), event("sync", 8), event("bill", 2)],
    },
  ],
  limits: [
    {
      ...{ ...place, limit: "customer", key: "c1", rate: { limit: 600, period_ms: 60_000, burst: 1 } },
      ...{ due: 900, waiting_now: 0, waits: 890, longest_wait_ms: 90_000, left: 0 },
      lines: [{ from: now + hour, longest: 889, longest_at: now + hour, empty_at: now + hour + 90_000 }],
      no_wait: { rate: { limit: 54_000, period_ms: 60_000, burst: 1 } },
    },
    {
      ...{ ...place, limit: "partner", key: "", concurrency: 2, duration_ms: 60_000 },
      ...{ due: 900, waiting_now: 0, waits: 898, longest_wait_ms: hour, left: 800 },
      lines: [{ from: now + hour, longest: 898, longest_at: now + hour }],
      no_wait: { concurrency: 900 },
    },
    {
      ...{ ...place, limit: "calm", key: "", concurrency: 9 },
      ...{ due: 1, waiting_now: 0, waits: 0, longest_wait_ms: 0, left: 0, lines: [] },
    },
  ],
};
const shown = async (forecast: Forecast, ...args: string[]) => {
  const { cli, asked } = answering({ "GET /v1/forecast": forecast, "GET /v1/health": { status: "ok" } });
  return { ...(await cli(["forecast", ...args], { columns: 200 })), asked };
};

describe("the command forecast", () => {
  it("says what is due, and asks for what was said", async () => {
    const { code, out, asked } = await shown(quiet, "--product", "shop", "--hours", "2", "--limit", "partner");
    expect(code).toBe(0);
    expect(out).toMatch(/^ *until +2030-.*\n *due +0\n *overdue +0\n/);
    expect(asked.map(({ path }) => path)).toContain("/v1/forecast?product_tag=shop&hours=2&limit=partner");
  });

  it("lists the hours that have something, and the lines", async () => {
    const { out } = await shown(busy);
    expect(out.match(/HOUR +DUE +EVENTS\n.*1010 +charge 900, mail 100, sync 8, 1 more\n/)).not.toBeNull();
    expect(out).toMatch(/customer c1 +600 per 1 min +900 +889 .* 54000 per 1 min/);
    expect(out).toMatch(/partner +2 at a time +900 +898 .* later +1 h +900 at a time/);
    expect(out).toMatch(/calm +9 at a time +1 +none/);
  });

  it("lists the days of a week, each with its busiest hour", async () => {
    const midnight = Date.parse("2030-02-01T00:00Z");
    const hours = Array.from({ length: 168 }, (_, n) => ({
      at: midnight + n * hour,
      count: 0,
      events: [] as object[],
    }));
    const due = (n: number, count: number, ...events: object[]) => Object.assign(hours[n] ?? {}, { count, events });
    due(9, 5, event("mail", 5));
    due(10, 9, event("charge", 7), event("mail", 2));
    due(23, 1, event("mail", 1));
    due(24, 3, event("sync", 3));
    const { out } = await shown({ ...quiet, hours } as Forecast);
    expect(out).toMatch(/DAY +DUE +MOST IN THE HOUR OF +EVENTS\n/);
    expect(out).toMatch(/2030-02-01 +15 +2030-02-01 10:00:00 \+00:00: 9 +mail 8, charge 7\n/);
    expect(out).toMatch(/2030-02-02 +3 +2030-02-02 00:00:00 \+00:00: 3 +sync 3\n/);
    expect(out).not.toContain("2030-02-03");
  });

  it("says what it has not all of, which minutes are hot, and what is paused", async () => {
    const { out } = await shown({
      ...quiet,
      ...{
        is_complete: false,
        covers_until: now + hour,
        examined: 10_000,
        more_overdue: true,
        overdue: 2000,
        more_limits: 7,
      },
      hot_minutes: [{ at: now, ...place, count: 70_000, further_minutes: 0 }],
      pauses: [{ pause: "pause_1", reason: "r", since: now }],
      limits: busy.limits,
    });
    expect(out).toMatch(/overdue +2000\+\n/);
    expect(out).toMatch(/incomplete +10000 jobs were read, all up to 2030-/);
    expect(out).toMatch(/hot minutes +2030-.* 70000\n/);
    expect(out).toMatch(/paused +pause_1: this is what would be without/);
    expect(out).toContain("7 more limits and keys.");
  });

  it("prints the answer with --json", async () => {
    expect(JSON.parse((await shown(busy, "--json")).out)).toEqual(busy);
  });
});
