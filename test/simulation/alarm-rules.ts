import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import type { Incident } from "../../lambdas/core/job/incident.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import type { Incidents, Watched } from "../../lambdas/core/ports/incidents.ts";
import type { Timeline } from "../support/line/timeline.ts";
import { type Alarms, faults, isFaultyEvent, type Receiver, receivers } from "./alarms.ts";
import type { Observer } from "./observer.ts";
import { product } from "./product.ts";
import { clocksApartMs } from "./write.ts";

/*
 * What alerts promise. Levels, windows and who is told are written again, because the rules must not use the code that they judge.
 */

/** A message to a receiver, as its job says it. */
interface Told {
  receiver: Receiver;
  kind: string;
  incident: string;
  /** With its first time: one that was forgotten would begin to count anew. */
  opening: string;
  count: number;
  job: string;
}

/** A failed attempt that is to be counted. */
interface Failure {
  cause: string;
  /** By the clock of its consumer, and when that was written. */
  at: number;
  written: number;
  /** The job of the write that our code cannot handle was set aside. */
  isPoison: boolean;
}

/** What has happened to an incident. */
interface Changed {
  at: number;
  before: Incident;
  after: Incident;
}

/** What of a world the rules know. */
interface Around {
  time: Pick<Timeline, "now">;
  observer: Observer;
  /** Whether our code cannot handle the write that made this state of a job. */
  isPoison(after: Job): boolean;
}

/** What a history has shown of alerts, and what is checked at each write. */
export interface AlarmLedger {
  /** The port of an invocation, at which each effective change is checked. */
  watched(port: Alarms["incidents"]): Incidents;
  /** Notes what a write of a job says. */
  note(change: Omit<JobChange, "at">): void;
  /** Whether nothing is left to be done about incidents. */
  isAtRest(): boolean;
  checkAtRest(): void;
}

const windows = 3;
/** Fewer failures than so many are said of no opening of an incident that keeps coming back. */
const mutedBelow = 100;
/** So many openings within a day are all told. */
const toldOpenings = 4;
const dayMs = 86_400_000;
/** How long a job may be on its way to a consumer where nothing breaks. */
const atOnceMs = 5000;
/** And a write in the stream, where a hundred others are before it. */
const countedMs = 30_000;

const digits = (count: number): number => (count < 1 ? 0 : String(count).length);
const countOf = ({ count, base = 0 }: Incident): number => count - base;
const openingOf = ({ first_at, opening = 0 }: Incident): string => `${first_at} ${opening}`;
const causeOf = ({ target, code, provider_code }: Incident): string => JSON.stringify([target, code, provider_code]);

const isOver = ({ state }: Incident): boolean => state === "closed" || state === "resolved" || state === undefined;
/** Something has failed behind its end. */
const hasComeBack = (incident: Incident): boolean =>
  countOf(incident) > 0 && incident.last_at > (incident.ended_at ?? Number.NEGATIVE_INFINITY);
const isSettled = (incident: Incident): boolean => isOver(incident) && !incident.ends && !hasComeBack(incident);
/** Until it is reopened. */
const isIgnoredForGood = ({ state, ignore }: Incident): boolean => state === "ignored" && ignore?.until === undefined;

export function alarmLedger({ time, observer, isPoison }: Around, alarms: Alarms): AlarmLedger {
  const { incidents, rule } = alarms;
  const told: Told[] = [];
  const failures: Failure[] = [];
  const changed: Changed[] = [];
  /** When each job of an alert was made. */
  const made = new Map<string, number>();
  const wrong = (text: string) => observer.violated("alerts", text);
  const nameOf = ({ id, opening = 0 }: Incident) => `incident ${id.slice(0, 4)}, opening ${opening},`;
  const isWatched = (incident: Incident, watched: readonly Watched[]) =>
    watched.some(({ id, opening }) => id === incident.id && opening >= (incident.opening ?? 0));
  const saidOf = (incident: Incident) =>
    told.filter((one) => one.incident === incident.id && one.opening === openingOf(incident));

  /** Whoever is to be told has a job before that is noted. */
  function requireJobs(incident: Incident, what: string, to: readonly Receiver[], fits: (one: Told) => boolean): void {
    for (const receiver of to)
      if (!saidOf(incident).some((one) => one.receiver === receiver && fits(one)))
        wrong(`${nameOf(incident)} says that ${receiver} was told (${what}), and no job does that`);
  }

  const isOpening = ({ kind }: Told) => ["opened", "came_back", "flaps", "grew"].includes(kind);

  function check({ before, after }: Changed): void {
    const watched = incidents.watches();
    if (!isSettled(after) && !isWatched(after, watched))
      wrong(`${nameOf(after)} is ${after.state}, and nobody watches it`);
    if ((after.opening ?? 0) > (before.opening ?? 0)) {
      checkOpened(before, after);
      return;
    }
    if (after.state === "open" && (after.sent ?? 0) > (before.sent ?? 0))
      requireJobs(after, `level ${after.sent}`, receivers, (one) => isOpening(one) && digits(one.count) === after.sent);
    if ((after.reminded ?? 0) > (before.reminded ?? 0))
      requireJobs(after, "reminder", receivers, ({ kind }) => kind === "reminder");
    if (after.escalated && !before.escalated)
      requireJobs(after, "escalation", ["us"], ({ kind }) => kind === "escalated");
    if (before.ends && !after.ends && after.state === "closed")
      requireJobs(after, "end", receivers, ({ kind }) => kind === "closed");
    if (after.state === "closed" && before.state !== "closed") checkClosed(before, after);
  }

  function checkOpened(before: Incident, after: Incident): void {
    observer.cover(`an incident is opened: ${after.state}`);
    const wasBefore = failures.some((one) => one.cause === causeOf(after) && one.at < begun);
    if (after.state === "known" && !wasBefore && !(alarms.isKnown && after.provider_code === faults[0].providerCode))
      wrong(`${nameOf(after)} is known, and did not fail before there were alerts`);
    if (after.state === "open" && (after.sent ?? 0) > 0) {
      observer.cover("an incident keeps coming back");
      const lately = changed.filter((one) => one.after.id === after.id && isBegun(one) && one.at > time.now() - dayMs);
      if (lately.length <= toldOpenings) wrong(`${nameOf(after)} is told late, after ${lately.length} others in a day`);
    }
    const last = changed.findLast((one) => one.after.id === after.id && one.after !== after);
    const { ended_at = Number.NEGATIVE_INFINITY } = before;
    const since = failures.find((one) => one.cause === causeOf(after) && one.at > ended_at)?.written;
    // What exceeds its rate is seen by the reconciler.
    if (alarms.isCalm && after.by === undefined && last?.before.state !== "ignored" && since !== undefined)
      if (time.now() - since > countedMs) wrong(`${nameOf(after)} is opened ${time.now() - since} ms after it failed`);
    // What was to be said of the end is not said, since it is not over.
    if (before.state !== undefined && !isOver(before) && before.state !== "ignored" && before.state !== "known")
      wrong(`${nameOf(after)} is opened while it was ${before.state}`);
  }

  const isBegun = ({ before, after }: Changed) => (after.opening ?? 0) > (before.opening ?? 0);

  function checkClosed(before: Incident, after: Incident): void {
    if (before.state === "ignored") return;
    observer.cover(`an incident is closed: ${before.said ? "told" : "not told"}`);
    const { ended_at = 0, last_at } = after;
    if (ended_at - last_at < windows * rule.windowMs - clocksApartMs)
      wrong(`${nameOf(after)} is closed ${ended_at - last_at} ms after it has failed last`);
    if (before.state === "open" && !before.said && (before.sent ?? 0) < digits(countOf(before)))
      wrong(`${nameOf(after)} is closed, and nobody was told of it`);
  }

  let begun = Number.NEGATIVE_INFINITY;

  return {
    watched: (port) => ({
      ...port,
      async begin(tenant, at) {
        if ((await port.begun()).size === 0) begun = at;
        await port.begin(tenant, at);
      },
      async change(before, changes, how) {
        const now = port.all().find(({ id }) => id === before.id);
        const after = await port.change(before, changes, how);
        if (after === "lost" || !now) return after;
        const one = { at: time.now(), before: now, after };
        observer.note(
          () => `${nameOf(after)} ${now.state} -> ${after.state}, sent ${after.sent}, count ${after.count}`,
        );
        changed.push(one);
        check(one);
        return after;
      },
    }),

    note({ before, after }) {
      if (!after) return;
      if (after.made_by === "alert") {
        if (!before) noteAlert(after);
        else if (alarms.isCalm && after.status === "running" && after.attempt === 1) startsAtOnce(after);
        return;
      }
      const failed = failedIn(before, after);
      if (failed) failures.push({ ...failed, written: time.now(), isPoison: isPoison(after) });
    },

    isAtRest() {
      const watched = incidents.watches();
      const all = incidents.all();
      const settled = (id: string) => all.some((one) => one.id === id && isSettled(one));
      return all.every((one) => isSettled(one) || isIgnoredForGood(one)) && !watched.some(({ id }) => settled(id));
    },

    checkAtRest() {
      if (!this.isAtRest()) wrong("something is open, or is watched for nothing, long after all was quiet");
      counted();
      toldOnce();
      allTold();
    },
  };

  /** Whatever is paused, or passes its limits. */
  function startsAtOnce({ id }: Job): void {
    const late = time.now() - (made.get(id) ?? 0);
    if (late > atOnceMs) wrong(`${id.slice(-6)} tells a receiver ${late} ms after it was made`);
  }

  function noteAlert(job: Job): void {
    const { id, event, gates, input } = job;
    if (gates) wrong(`${id.slice(-6)} tells a receiver, and has limits`);
    observer.cover(`an alert is told: ${noticeIn(job).kind}`);
    if (!("inline" in input)) wrong(`${id.slice(-6)} tells a receiver, and its input is a blob`);
    const { kind, incident, opening, count, first_at } = noticeIn(job);
    const receiver = event === "slotted" ? "us" : "ops";
    told.push({ receiver, kind, incident, opening: `${first_at} ${opening}`, count, job: id });
    made.set(id, time.now());
  }

  /** Each failure is counted once, none is counted that is not there, and none is left behind an end. */
  function counted(): void {
    const certain = Map.groupBy(
      failures.filter(({ isPoison }) => !isPoison),
      ({ cause }) => cause,
    );
    const all = incidents.all();
    for (const [cause, some] of certain) {
      const incident = all.find((one) => causeOf(one) === cause);
      if (incident?.count !== some.length)
        wrong(`${cause} has failed ${some.length} times, and was counted ${incident?.count} times`);
    }
    for (const one of all) {
      const own = certain.get(causeOf(one));
      if (!own) wrong(`${nameOf(one)} is one of ${causeOf(one)}, which did not fail`);
      const { ended_at = Number.NEGATIVE_INFINITY } = one;
      if (isOver(one) && own?.some(({ at }) => at > ended_at + clocksApartMs))
        wrong(`${nameOf(one)} has failed behind its end, and is ${one.state}`);
    }
  }

  /** A message of an opening has one job for each receiver, and there are no more messages than its count and its age call for. */
  function toldOnce(): void {
    const numbered = told.filter(({ kind }) => kind !== "reminder");
    const ordinal = (one: Told) => (isOpening(one) ? digits(one.count) : one.kind);
    for (const [what, some] of Map.groupBy(
      numbered,
      (one) => `${one.receiver} ${one.incident} ${one.opening} ${ordinal(one)}`,
    ))
      if (new Set(some.map(({ job }) => job)).size > 1) wrong(`${what} is told by ${some.length} jobs`);
    for (const [what, some] of Map.groupBy(
      told.filter(({ kind }) => kind === "reminder"),
      (one) => `${one.receiver} ${one.incident} ${one.opening}`,
    )) {
      const jobs = [...new Set(some.map(({ job }) => job))];
      const last = Math.max(...jobs.map((job) => made.get(job) ?? 0));
      const [incident, opening] = [some[0]?.incident, some[0]?.opening];
      const opened = changed.find(
        (one) => isBegun(one) && one.after.id === incident && openingOf(one.after) === opening,
      );
      const most = Math.floor((last + clocksApartMs - (opened?.after.opened_at ?? 0)) / (rule.remindMs ?? 1));
      if (jobs.length > most) wrong(`${what} has ${jobs.length} reminders, over ${most}`);
    }
  }

  /** What was opened by a failure was told, unless people or what came before forbid that. */
  function allTold(): void {
    for (const { after } of changed.filter(isBegun)) {
      const ofIt = changed.filter((one) => one.after.id === after.id && openingOf(one.after) === openingOf(after));
      const last = ofIt.at(-1)?.after ?? after;
      const most = Math.max(...ofIt.map((one) => countOf(isOver(one.after) ? one.before : one.after)));
      const isMuted = (after.sent ?? 0) > 0 && most < mutedBelow;
      const hasPeople = ofIt.some((one) => one.after.by !== undefined);
      if (after.state === "known" || isMuted || hasPeople || most < 1) continue;
      requireJobs(last, "its opening", receivers, isOpening);
    }
  }
}

/** What the job of an alert says: the body of the webhook has it whole, that of the event what its receiver takes of it. */
function noticeIn({ input }: Job) {
  const { body } = (input as { inline: { body: Record<string, unknown> } }).inline;
  return (body.data ?? body) as { kind: string; incident: string; opening: number; count: number; first_at: number };
}

/** The attempt that has failed with a write of its job. */
function failedIn(before: Job | undefined, after: Job): Pick<Failure, "cause" | "at"> | undefined {
  if (before?.status !== "running") return undefined;
  const isNextRun = after.run !== before.run;
  const attempt = isNextRun
    ? after.last_run
    : after.attempts.length > before.attempts.length
      ? after.attempts.at(-1)
      : undefined;
  if (attempt?.outcome !== "failed" || !attempt.error) return undefined;
  const { code, provider_code } = attempt.error;
  return { cause: JSON.stringify([targetOf(after.event), code, provider_code]), at: attempt.ended_at };
}

function targetOf(event: string): string {
  if (isFaultyEvent(event)) return "apps/shop";
  const { type, ...target } = product.jobs[event] as { type: string; app?: string; feature?: string };
  return type === "feature" ? `features/${target.feature}` : `apps/${target.app}`;
}
