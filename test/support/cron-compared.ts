import { CronExpressionParser } from "cron-parser";
import { nextOccurrence } from "../../lambdas/core/job/series.ts";

/** Zones whose clocks change at different hours, by half an hour, at midnight, at the end of a day, against the summer, and never. */
const zones = [
  "Europe/Berlin",
  "Europe/London",
  "America/New_York",
  "America/Santiago",
  "America/Nuuk",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Asia/Beirut",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
] as const;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const from = Date.UTC(2020, 0, 1);
const to = Date.UTC(2036, 0, 1);

interface Form {
  cron: string;
  /** The same expression in the spelling of the other library. */
  theirs?: string;
  /** What becomes of its times when the clocks change. */
  rule: Rule;
}

/**
 * - `fixed`: names its hours, and has neither `*` nor a step in second, minute and hour. Times that the clocks leave out have one run at
 *   the end of the gap, and times that come twice run the first time.
 * - `stepped`: the same, but times that come twice run both times.
 * - `hourly`: runs in every hour. Times that the clocks leave out have no run, and times that come twice run both times.
 */
type Rule = "fixed" | "stepped" | "hourly";

/** Expressions whose times of day matter: those that the clocks leave out and repeat in the zones are among them. */
const timesOfDay: Form[] = [
  ...["30 2 * * *", "0,30 2 * * *", "15,45 2 * * *", "0 2,14 * * *", "15 1-4 * * *", "0 0 * * *", "30 0 * * *"],
  ...["@daily", "45 23 * * *", "59 23,0 * * *", "0-5 1,2,3 * * *", "15 30 2 * * *", "30 22-23 * * *", "0 3 * * *"],
  ...["30 2 * * SUN", "30 23 * * SAT", "0 0 * * 5#4", "30 2 25-31 3,10 7", "20 1 L 3,10 *", "0,59 0 * 4,9 THU-SAT"],
]
  .map((cron): Form => ({ cron, rule: "fixed" }))
  .concat(
    [
      "*/10 2 * * *",
      "* 0 * * *",
      "*/30 1-3 * * *",
      "5-59/10 2 * * *",
      "*/20 30 2 * * *",
      "0 */2 * * *",
      "30 */2 * * *",
    ].map((cron): Form => ({ cron, rule: "stepped" })),
    ["30 * * * *", "*/10 * * * *", "@hourly", "7,37 * * * *", "*/20 * * * SUN"].map(
      (cron): Form => ({ cron, rule: "hourly" }),
    ),
  );

/** Expressions whose days matter. */
const days: Form[] = [
  ...["0 9 1,15 * *", "0 9 L * *", "0 9 L,15 * *", "0 9 */10 * *", "0 9 31 * *", "0 9 29 2 *", "0 9 1-7 * MON"],
  ...["0 9 13 * FRI", "0 9 L * MON", "0 9 ? * TUE", "0 9 * * ?", "0 9 * * 0-7", "0 9 * * 5-7", "0 9 * * MON-FRI"],
  ...["0 9 * * FRI#2", "0 9 * * 1#5", "0 9 * * 5L", "0 9 * * */2", "0 9 * JAN-MAR,nov mon", "0 9 * */5 *"],
  ...["0 9 10-20/5 2-4,10 *", "1-5,10-20/5 9 1 * *", "0-30/7 9-17/4 1 * *", "30 0 9 1 1,7 *", "@weekly", "@monthly"],
  ...["@yearly", "@annually", "0 9 */2 * MON", "0 9 1-31 * MON"],
]
  .map((cron): Form => ({ cron, rule: "fixed" }))
  .concat([
    { cron: "0 9 * * FRI#L", theirs: "0 9 * * FRIL", rule: "fixed" },
    { cron: "0 9 * * FRI-SUN", theirs: "0 9 * * 5-7", rule: "fixed" },
    { cron: "0 9,9 1 * *", theirs: "0 9 1 * *", rule: "fixed" },
    { cron: "@midnight", theirs: "@daily", rule: "fixed" },
  ]);

/**
 * The times of the other library, whose own rules for changes of the clocks are not ours. They end at a day on which the clocks change by
 * half an hour, if it is the only one that matches soon: there it finds no time and gives up.
 */
function* theirTimes({ cron, theirs = cron }: Form, tz: string, after: number): Generator<number> {
  const expression = CronExpressionParser.parse(theirs, { tz, currentDate: new Date(after) });
  for (;;) {
    try {
      yield expression.next().getTime();
    } catch (error) {
      if (tz === "Australia/Lord_Howe" && /loop limit exceeded/.test(String(error))) return;
      throw error;
    }
  }
}

function* ourTimes({ cron }: Form, tz: string, after: number): Generator<number> {
  const series = { cron, tz, overlap: "skip", anchor: 0 } as const;
  for (let at = nextOccurrence(series, after); at !== undefined; at = nextOccurrence(series, at)) yield at;
}

function before(end: number, times: Generator<number>, most = Number.POSITIVE_INFINITY): number[] {
  const found: number[] = [];
  for (const at of times) {
    if (at >= end || found.length >= most) break;
    found.push(at);
  }
  return found;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that a zone is ahead of UTC, from the name of its offset. */
function ahead(at: number, tz: string): number {
  const format = formats.get(tz) ?? new Intl.DateTimeFormat("en-US", { timeZone: tz, timeZoneName: "longOffset" });
  formats.set(tz, format);
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)$/.exec(format.format(at)) ?? [];
  return sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * hour + Number(minutes) * minute);
}

interface ClockChange {
  tz: string;
  /** The first moment with the new offset. */
  at: number;
  before: number;
  after: number;
}

/** When the clocks of a zone change. All changes of these years are at whole minutes, and weeks apart. */
function clockChanges(tz: string): ClockChange[] {
  const found: ClockChange[] = [];
  for (let at = from; at < to; at += day) {
    if (ahead(at, tz) === ahead(at + day, tz)) continue;
    let change = at;
    for (const step of [hour, 5 * minute, minute]) while (ahead(change + step, tz) === ahead(at, tz)) change += step;
    found.push({ tz, at: change + minute, before: ahead(at, tz), after: ahead(at + day, tz) });
  }
  return found;
}

/** The moments of a local time around a change of the clocks, by the rules above. `wall` is the local time as if it were UTC. */
function momentsOf(wall: number, { at, before: old, after: now }: ClockChange, rule: Rule): number[] {
  const [first, second] = [wall - old, wall - now];
  const isMissing = first >= at && second < at;
  if (isMissing) return rule === "hourly" ? [] : [at];
  const found = [...(first < at ? [first] : []), ...(second >= at ? [second] : [])];
  return rule === "fixed" ? found.slice(0, 1) : found;
}

const aroundMs = 5 * hour;

/** The times around a change of the clocks, by the other library's calendar and the rules above. */
function expectedAround(form: Form, change: ClockChange): number[] {
  const [start, end] = [change.at - aroundMs, change.at + aroundMs];
  const offsets = [change.before, change.after];
  const walls = before(end + Math.max(...offsets), theirTimes(form, "UTC", start + Math.min(...offsets) - 1));
  const moments = walls.flatMap((wall) => momentsOf(wall, change, form.rule));
  return [...new Set(moments)].filter((at) => at > start && at < end).sort((a, b) => a - b);
}

const shown = (times: readonly number[]) => times.map((at) => new Date(at).toISOString());

/** Where ours differ from what is expected around changes of the clocks. One of every `nth` pairs of a change and an expression. */
export function differencesAtChanges(nth = 1): { compared: number; differences: string[] } {
  const changes = zones.flatMap(clockChanges);
  const pairs = changes.flatMap((change) => timesOfDay.map((form) => ({ change, form })));
  const taken = pairs.filter((_, i) => i % nth === 0);
  const differences = taken.flatMap(({ change, form }) => {
    const expected = shown(expectedAround(form, change));
    const ours = shown(before(change.at + aroundMs, ourTimes(form, change.tz, change.at - aroundMs)));
    return isSame(expected, ours)
      ? []
      : [`${form.cron} in ${change.tz}: ${ours.join(" ") || "none"} instead of ${expected.join(" ") || "none"}`];
  });
  return { compared: taken.length, differences };
}

const isSame = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((one, i) => one === b[i]);

const years = Array.from({ length: 16 }, (_, i) => 2020 + i);
const mostTimes = 3;

/**
 * Where ours differ from the other library's own times, in its own handling of the zone, on days without a change of the clocks: the
 * first times of each year. One of every `nth` triples of a zone, a year and an expression.
 */
export function differencesFarFromChanges(nth = 1): { compared: number; differences: string[] } {
  const forms = [...timesOfDay, ...days];
  const all = zones.flatMap((tz) => years.flatMap((year) => forms.map((form) => ({ tz, year, form }))));
  const taken = all.filter((_, i) => i % nth === 0);
  const changes = new Map(zones.map((tz) => [tz, clockChanges(tz)]));
  const differences = taken.flatMap(({ tz, year, form }) => {
    const start = Date.UTC(year, 0, 1);
    const theirs = before(to + 4 * 366 * day, theirTimes(form, tz, start), mostTimes);
    const ours = before((theirs.at(-1) ?? 0) + 1, ourTimes(form, tz, start));
    const isFar = (time: number) => changes.get(tz)?.every(({ at }) => Math.abs(time - at) > 26 * hour);
    return isSame(shown(theirs.filter(isFar)), shown(ours.filter(isFar)))
      ? []
      : [`${form.cron} in ${tz} from ${year}: ${shown(ours).join(" ")} instead of ${shown(theirs).join(" ")}`];
  });
  return { compared: taken.length, differences };
}
