import {
  actedOn,
  type Incident,
  type IncidentRule,
  incidentStep,
  isQuiet,
  isSettled,
  levelOf,
  withChanges,
} from "../../../lambdas/core/job/incident.ts";
import { noon } from "../../support/builders.ts";

const minute = 60_000;
const hour = 60 * minute;
const rule: IncidentRule = { alert: "new", notify: ["chat"], windowMs: 10 * minute };

const anIncident = (overrides: Partial<Incident> = {}): Incident => ({
  ...{ product: "shop", env: "prd", id: "0123456789abcdef", kind: "cause", target: "apps/shop" },
  ...{ code: "SERVICE_UNAVAILABLE", count: 1, first_at: noon, last_at: noon },
  ...overrides,
});

/** Takes steps until there are none: what was said, and what the incident is then. */
function settled(found: Incident, now: number, by: IncidentRule | null = rule) {
  const said: string[] = [];
  let incident = found;
  for (let step = 0; step < 10; step++) {
    const next = incidentStep(incident, { now, rule: by ?? undefined, isQuiet: isQuiet(incident, by ?? rule, now) });
    if (!next) return { said, incident };
    if (next.say) said.push(`${next.say.kind} ${next.say.ordinal} to ${next.say.to.join()}`);
    incident = withChanges(incident, next.changes);
  }
  throw new Error("it never comes to rest");
}
const failing = (incident: Incident, more: number, at: number): Incident => ({
  ...incident,
  count: incident.count + more,
  last_at: at,
});

describe("an incident", () => {
  test.each([
    [0, 0],
    [1, 1],
    [9, 1],
    [10, 2],
    [99, 2],
    [100, 3],
    [999, 3],
    [1000, 4],
    [100_000, 6],
  ])("of %i failures calls for %i messages", (count, level) => expect(levelOf(count)).toBe(level));

  it("is opened and told at its first failure", () => {
    const { said, incident } = settled(anIncident(), noon);
    expect(said).toEqual(["opened 1 to chat"]);
    expect(incident).toMatchObject({ state: "open", opening: 1, sent: 1, opened_at: noon });
    expect(settled(incident, noon + 1).said).toEqual([]);
  });

  it("is told and closed where its failure was counted only when all was quiet again", () => {
    const { said, incident } = settled(anIncident({ count: 3 }), noon + 40 * minute);
    expect(said).toEqual(["opened 1 to chat", "closed closed to chat"]);
    expect(incident).toMatchObject({ state: "closed", base: 3 });
    // What grew while nobody could be told is told by its end.
    const opened = settled(anIncident(), noon).incident;
    expect(settled(failing(opened, 99, noon + 1), noon + 40 * minute).said).toEqual(["closed closed to chat"]);
    // Nobody asks for it any more.
    expect(settled(anIncident(), noon + 40 * minute, null).said).toEqual([]);
  });

  it("of 100,000 failures in batches is told four times, and once that it is over", () => {
    let incident = anIncident({ count: 0 });
    const said: string[] = [];
    for (let count = 0; count < 100_000; count += 100) {
      const after = settled(failing(incident, 100, noon + count), noon + count);
      incident = after.incident;
      said.push(...after.said);
    }
    const end = settled(incident, noon + 100_000 + 30 * minute);
    said.push(...end.said);
    expect(said).toEqual(["opened 3", "grew 4", "grew 5", "grew 6", "closed closed"].map((one) => `${one} to chat`));
    expect(end.incident.state).toBe("closed");
    expect(isSettled(end.incident)).toBe(true);
  });

  it("is the same one before and after midnight", () => {
    const night = Date.UTC(2030, 0, 1, 23, 59);
    const opened = settled(anIncident({ first_at: night, last_at: night }), night).incident;
    expect(settled(failing(opened, 1, night + 2 * minute), night + 2 * minute)).toMatchObject({
      said: [],
      incident: { opening: 1 },
    });
  });

  it("is over after three quiet windows, and comes back", () => {
    const opened = settled(anIncident(), noon).incident;
    expect(settled(opened, noon + 30 * minute - 1).said).toEqual([]);
    const closed = settled(opened, noon + 30 * minute);
    expect(closed).toMatchObject({ said: ["closed closed to chat"], incident: { state: "closed" } });
    const back = settled(failing(closed.incident, 1, noon + hour), noon + hour);
    expect(back).toMatchObject({ said: ["came_back 1 to chat"], incident: { state: "open", opening: 2, base: 1 } });
  });

  it("is not closed over what failed meanwhile", () => {
    const opened = settled(anIncident(), noon).incident;
    const step = incidentStep(opened, { now: noon + hour, rule, isQuiet: true });
    expect(step).toMatchObject({ changes: { state: "closed" }, unlessCounted: true });
  });

  it("that came back before its end was said is not told to be over", () => {
    const opened = settled(anIncident(), noon).incident;
    const step = incidentStep(opened, { now: noon + hour, rule, isQuiet: true });
    const closed = withChanges(opened, step?.changes ?? {});
    expect(settled(failing(closed, 1, noon + 2 * hour), noon + 2 * hour).said).toEqual(["came_back 1 to chat"]);
  });

  it("of a budget is told at each of its steps, however often it was opened", () => {
    let incident = anIncident({ kind: "budget", alert: "spent", count: 0 });
    const said: string[] = [];
    for (let opening = 0; opening < 6; opening++) {
      const at = noon + opening * hour;
      const opened = settled(failing(incident, 1, at), at);
      const grown = settled(failing(opened.incident, 2, at + 1), at + 1);
      const closed = settled(grown.incident, at + 30 * minute + 1);
      said.push([...opened.said, ...grown.said, ...closed.said].map((one) => one.replace(" to chat", "")).join());
      incident = closed.incident;
    }
    const back = "came_back 1,grew 3,closed closed";
    expect(said).toEqual(["opened 1,grew 3,closed closed", back, back, back, back, back]);
  });

  it("that keeps coming back says so once, and then speaks from 100 failures on", () => {
    let incident = anIncident({ count: 0 });
    const said: string[][] = [];
    for (let opening = 0; opening < 6; opening++) {
      const at = noon + opening * hour;
      const opened = settled(failing(incident, opening === 5 ? 100 : 1, at), at);
      const closed = settled(opened.incident, at + 30 * minute);
      said.push([...opened.said, ...closed.said].map((one) => one.replace(" to chat", "")));
      incident = closed.incident;
    }
    expect(said).toEqual([
      ["opened 1", "closed closed"],
      ["came_back 1", "closed closed"],
      ["came_back 1", "closed closed"],
      ["flaps 1", "closed closed"],
      [],
      ["flaps 3", "closed closed"],
    ]);
    const later = noon + 40 * hour;
    expect(settled(failing(incident, 1, later), later).said).toEqual(["came_back 1 to chat"]);
  });

  it("reminds and escalates while nobody does anything", () => {
    const own: IncidentRule = { ...rule, remindMs: hour, escalate: { afterMs: 2 * hour, notify: ["pager"] } };
    let incident = settled(anIncident(), noon, own).incident;
    const said = [1, 2, 3].map((hours) => {
      const at = noon + hours * hour;
      const next = settled({ ...incident, last_at: at }, at, own);
      incident = next.incident;
      return next.said;
    });
    expect(said).toEqual([
      ["reminder reminder-1 to chat"],
      ["escalated escalated to pager", "reminder reminder-2 to chat"],
      ["reminder reminder-3 to chat"],
    ]);
  });

  it("that was late to be looked after sends one reminder", () => {
    const own: IncidentRule = { ...rule, remindMs: hour };
    const { incident } = settled(anIncident(), noon, own);
    const at = noon + 5 * hour;
    expect(settled({ ...incident, last_at: at }, at, own).said).toEqual(["reminder reminder-5 to chat"]);
  });

  it("without an alert any more is closed, and nobody is told", () => {
    const { incident } = settled(anIncident(), noon);
    expect(incidentStep(incident, { now: noon + 1, isQuiet: false })).toMatchObject({ changes: { state: "closed" } });
  });

  it("of a state that a later version has is left alone", () => {
    const later = { ...anIncident(), state: "escalating" } as unknown as Incident;
    expect(incidentStep(later, { now: noon + hour, rule, isQuiet: true })).toBeUndefined();
  });
});

describe("what a caller makes of an incident", () => {
  const opened = settled(anIncident(), noon).incident;
  const act = (incident: Incident, action: Parameters<typeof actedOn>[1], now = noon + 10): Incident => {
    const done = actedOn(incident, action, { now, by: "k:0123" });
    if (typeof done === "string") throw new Error(done);
    return withChanges(incident, done.changes);
  };

  it("resolved, it is silent until it fails again", () => {
    const resolved = act(opened, { do: "resolve" });
    expect(settled(resolved, noon + hour).said).toEqual([]);
    // A failure of before that is counted late.
    expect(settled(failing(resolved, 1, noon + 5), noon + 11).said).toEqual([]);
    expect(settled(failing(resolved, 1, noon + 12), noon + 12).said).toEqual(["came_back 1 to chat"]);
    expect(actedOn(resolved, { do: "resolve" }, { now: noon + 20, by: "k:0123" })).toBe("unchanged");
  });

  it("ignored, it is silent for that time, and told again by the next failure", () => {
    const ignored = act(opened, { do: "ignore", until: noon + hour });
    expect(settled(failing(ignored, 5000, noon + minute), noon + minute).said).toEqual([]);
    const after = settled(failing(ignored, 5000, noon + minute), noon + hour);
    expect(after).toMatchObject({ said: [], incident: { state: "closed" } });
    expect(settled(failing(after.incident, 1, noon + hour + 1), noon + hour + 1).said).toEqual(["came_back 1 to chat"]);
  });

  it("ignored until a rate, it is told once so many have failed within an hour", () => {
    const ignored = act(opened, { do: "ignore", above_per_hour: 100 });
    const slow = settled(failing(ignored, 100, noon + minute), noon + 2 * hour);
    expect(slow).toMatchObject({ said: [], incident: { state: "ignored" } });
    const fast = settled(failing(slow.incident, 101, noon + 2 * hour + 1), noon + 2 * hour + 1);
    expect(fast).toMatchObject({ said: ["came_back 3 to chat"], incident: { state: "open" } });
  });

  it("ignored until a rate, it is told by whichever hour has so many, and by no longer time", () => {
    let { incident } = settled(act(opened, { do: "ignore", above_per_hour: 100 }), noon);
    const said: string[] = [];
    const pass = (from: number, to: number, each: number) => {
      for (let at = noon + from * minute; at < noon + to * minute; at += minute) {
        const after = settled(failing(incident, each, at), at);
        said.push(...after.said);
        incident = after.incident;
      }
    };
    // 78 an hour with the minutes by which an hour is counted as longer.
    pass(0, 300, 1.2);
    expect(said).toEqual([]);
    expect(incident.ignore?.later?.length).toBeLessThan(15);
    pass(300, 350, 0);
    pass(350, 360, 6);
    expect(said).toEqual([]);
    // Sixty in ten minutes, and sixty more half an hour later, in another hour by the clock.
    pass(360, 390, 0);
    pass(390, 400, 6);
    expect(said).toHaveLength(1);
  });

  it("reopened, it waits for its next failure", () => {
    const reopened = act(act(opened, { do: "resolve" }), { do: "reopen" });
    expect(settled(reopened, noon + 11)).toMatchObject({ said: [], incident: { state: "open", opening: 2 } });
    expect(settled(failing(reopened, 1, noon + 12), noon + 12).said).toEqual(["came_back 1 to chat"]);
  });

  it("is refused where there is nothing to ignore", () => {
    const closed = settled(opened, noon + hour).incident;
    expect(actedOn(closed, { do: "ignore" }, { now: noon + hour, by: "k:0123" })).toBe("conflict");
  });
});
