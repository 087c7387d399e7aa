import { hash } from "node:crypto";
import { dayMs, hourMs } from "../kernel/duration-ms.ts";
import type { JobErrorCode } from "./job-error.ts";

/*
 * What goes wrong, who is told of it, and when. An incident is counted in one item, and everything else about it follows from that item:
 * what is to be said, and whether it is over, is a question to its state and never to an event that may have been missed.
 */

/** What an incident is about: attempts that fail for one cause, a schedule whose runs do not complete, too many runs that fail, or a budget that is used up. */
export const incidentKinds = ["cause", "silence", "rate", "budget"] as const;
type IncidentKind = (typeof incidentKinds)[number];

/**
 * `open`: it goes on, and is told. `ignored`: a caller wants to hear nothing of it. `known`: it failed so before the product had alerts.
 * `resolved`: a caller has done something about it. `closed`: it has stopped.
 */
export const incidentStates = ["open", "ignored", "known", "resolved", "closed"] as const;
export type IncidentState = (typeof incidentStates)[number];

/** How many runs have ended, and how many of them have failed. */
export interface RunCounts {
  failed: number;
  ended: number;
}

/** What was used of a budget in a month of UTC. */
export interface BudgetUse {
  month: string;
  /** What was used, and what may be, in US dollars. */
  usd: number;
  budget_usd: number;
  /** The part of the budget that is told first. */
  warn_at: number;
  /** How many steps of the budget were counted. */
  steps: number;
  /** The runs that ended before this are in it. Epoch milliseconds. */
  until: number;
  /** The dearest first. */
  dearest: { event: string; usd: number }[];
}

export interface IncidentName {
  product: string;
  env: string;
  id: string;
}

/** What it is about. */
export interface IncidentSubject {
  kind: IncidentKind;
  /** What failed, of a cause: the section and the name of the target, such as `apps/shop`. */
  target?: string;
  code?: JobErrorCode;
  provider_code?: string;
  /** Of a silence: the schedule, and the planned time for which nothing has completed. */
  schedule?: string;
  planned?: number;
  /** Of a rate: how many runs have failed and ended within its window, and in which slot of time that was seen. */
  rate?: RunCounts & { over: number };
  slot?: number;
  budget?: BudgetUse;
  /** The alert that asks for a silence, a rate or a budget. */
  alert?: string;
}

/** Until when a caller wants to hear nothing. Without either of them: until it is opened again by hand. */
interface Ignoring {
  /** Epoch milliseconds. */
  until?: number;
  /** It is told again once more than so many have failed within an hour. */
  above_per_hour?: number;
  /** What had been counted an hour ago, or when it was ignored. */
  seen: Counted;
  /** What was counted since, every five minutes in which something failed. */
  later?: Counted[];
}

interface Counted {
  at: number;
  count: number;
}

/** All times are epoch milliseconds. */
export interface Incident extends IncidentName, IncidentSubject {
  /** How many attempts have failed, runs were missed or steps of budgets were passed, since it was first seen. */
  count: number;
  first_at: number;
  last_at: number;
  /** The event and the job that failed last. */
  event?: string;
  sample_job_id?: string;
  /** Absent until its first opening. */
  state?: IncidentState;
  /** How often it was opened. */
  opening?: number;
  opened_at?: number;
  /** The count before the opening; once it has ended, the count at its end. */
  base?: number;
  /** When it ended: it was closed or resolved. */
  ended_at?: number;
  /** How much of the present opening was said: a level of its count. */
  sent?: number;
  /** Something was said of the present opening, so that its end is said too. */
  said?: true;
  /** It was closed, and that is still to be said. */
  ends?: true;
  /** How many reminders were sent of this opening. */
  reminded?: number;
  escalated?: true;
  /** When it was opened lately, the latest last. */
  openings?: number[];
  ignore?: Ignoring;
  /** Who resolved, ignored or reopened it last. */
  by?: string;
  by_name?: string;
  /** Raised by one with every change but a count: the optimistic lock. */
  version?: number;
}

/** The fields that a change may set; undefined removes one. */
export type IncidentChanges = {
  [Field in
    | "state"
    | "opening"
    | "opened_at"
    | "base"
    | "ended_at"
    | "sent"
    | "said"
    | "ends"
    | "reminded"
    | "escalated"
    | "openings"
    | "ignore"
    | "budget"
    | "by"
    | "by_name"]?: Incident[Field] | undefined;
};

/** What the catalog says of the incidents of one kind in an env. */
export interface IncidentRule {
  /** The name of the alert. */
  alert: string;
  notify: readonly string[];
  /** A cause that has not failed for three of these is over, in milliseconds. */
  windowMs: number;
  remindMs?: number;
  escalate?: { afterMs: number; notify: readonly string[] };
}

/** What is said of an incident. */
const messageKinds = ["opened", "came_back", "flaps", "grew", "reminder", "escalated", "closed"] as const;
export type MessageKind = (typeof messageKinds)[number];

/** A message that its state calls for. With the incident and its opening, `ordinal` names it. */
export interface AlertMessage {
  kind: MessageKind;
  ordinal: string;
  to: readonly string[];
}

/** The next thing to be done about an incident: what it becomes, and what has to be said before it is noted as said. */
export interface IncidentStep {
  say?: AlertMessage;
  changes: IncidentChanges;
  /** It begins: it has to be watched before it is written. */
  opens?: true;
  /** It holds only as long as nothing more is counted. */
  unlessCounted?: true;
}

/** How many quiet windows close an incident. */
const quietWindows = 3;
/** So many openings within a day are one message more, and what follows them is said from 100 failures on. */
const flappingOpenings = 4;
const flappingMs = dayMs;
/** How often an ignored incident notes what has failed: an hour is counted as up to so much more. */
const countedEveryMs = 300_000;
/** What of a flapping opening counts as said. */
const mutedLevel = 2;

/** How many messages a count calls for: one at 1, 10, 100 and so on. */
export const levelOf = (count: number): number => (count < 1 ? 0 : String(Math.floor(count)).length);

/** How many messages an incident calls for: one for each step of a budget. */
const levelFor = (incident: Incident): number =>
  incident.kind === "budget" ? countSinceOpened(incident) : levelOf(countSinceOpened(incident));

/** How many have failed since it was opened; of one that has ended, since its end. */
export const countSinceOpened = ({ count, base = 0 }: Incident): number => count - base;

/** The failures of one cause, over days: what was called, our code, and the provider's own. */
export const causeId = ({ target, code, provider_code }: IncidentSubject): string =>
  hash("sha256", JSON.stringify([target, code, provider_code ?? null]), "hex").slice(0, 16);

export const silenceId = (alert: string): string =>
  hash("sha256", JSON.stringify(["silence", alert]), "hex").slice(0, 16);

export const rateId = (alert: string): string => hash("sha256", JSON.stringify(["rate", alert]), "hex").slice(0, 16);

export const budgetId = (alert: string): string =>
  hash("sha256", JSON.stringify(["budget", alert]), "hex").slice(0, 16);

/** A window is counted in so many slots of time. */
const rateSlots = 6;
export const rateSlot = (at: number, windowMs: number): number => {
  const slotMs = windowMs / rateSlots;
  return Math.floor(at / slotMs) * slotMs;
};
export const nextSlotOf = (at: number, windowMs: number): number => rateSlot(at, windowMs) + windowMs / rateSlots;

/** Whether more runs fail than an alert allows. Few runs say nothing. */
export const exceeds = ({ failed, ended }: RunCounts, { over, least }: { over: number; least: number }): boolean =>
  ended >= least && failed / ended > over;

export const causeIdPattern = /^[0-9a-f]{16}$/;
export const incidentIdPattern = /^([0-9a-f]{16}|other)$/;

/** What has no room among the causes of a tenant is counted in one more. */
export const otherCause = "other";
/** How many incidents of a tenant may be open, so that a provider with a code for each failure sends no message for each. */
export const mostOpen = 100;

const hasIncidentEnded = ({ state }: Incident): boolean =>
  state === undefined || state === "closed" || state === "resolved";

/** Whether it has begun, or begun again: something was counted behind its end, and has happened behind it. */
const begins = (incident: Incident): boolean =>
  hasIncidentEnded(incident) &&
  countSinceOpened(incident) > 0 &&
  incident.last_at > (incident.ended_at ?? Number.NEGATIVE_INFINITY);

/** Whether it is quiet: what fails for three windows no more is over. */
export const isQuiet = ({ last_at }: Incident, { windowMs }: Pick<IncidentRule, "windowMs">, now: number): boolean =>
  now - last_at >= quietWindows * windowMs;

interface Judging {
  now: number;
  /** Absent: the catalog asks for nothing any more. */
  rule?: IncidentRule | undefined;
  /** Whether it has stopped. */
  isQuiet: boolean;
}

/**
 * The next step of an incident; undefined if there is nothing to do. It depends on the state only: where a process dies between two writes,
 * the next one takes the same step.
 */
export function incidentStep(incident: Incident, judging: Judging): IncidentStep | undefined {
  const { state } = incident;
  const { rule, now } = judging;
  if (begins(incident)) return openingOf(incident, now);
  if (state === "closed" && incident.ends) return closingStep(rule);
  if (hasIncidentEnded(incident)) return undefined;
  if (state === "ignored") return ignoredStep(incident, now);
  // A later version may have more states.
  if (state !== "open" && state !== "known") return undefined;
  // What was counted late, and has stopped by then, is told all the same: first that it began, then that it is over.
  const untold = state === "open" && rule && !incident.said ? levelStep(incident, rule) : undefined;
  if (untold) return untold;
  if (judging.isQuiet || !rule) return closingOf(incident, now);
  return state === "open" ? sayingOf(incident, rule, now) : undefined;
}

/** The steps of a budget are few: each is told. */
const flaps = ({ kind }: Incident, openings: readonly number[], most: number): boolean =>
  kind !== "budget" && openings.length > most;

function openingOf(incident: Incident, now: number): IncidentStep {
  const { opening = 0, openings = [], base = 0 } = incident;
  const recent = [...openings.filter((at) => at > now - flappingMs), now].slice(-flappingOpenings - 1);
  return {
    opens: true,
    changes: {
      ...{ state: "open", opening: opening + 1, opened_at: now, openings: recent, base },
      sent: flaps(incident, recent, flappingOpenings) ? mutedLevel : 0,
      ...fresh,
    },
  };
}

/** What belongs to one opening. */
const fresh = {
  ...{ said: undefined, ends: undefined, reminded: undefined, escalated: undefined },
  ...{ ended_at: undefined, ignore: undefined, by: undefined, by_name: undefined },
};

/** It is written as closed first, and said afterwards: what fails meanwhile opens it again. */
const closingOf = ({ count, said }: Incident, now: number): IncidentStep => ({
  changes: { state: "closed", ended_at: now, base: count, ends: said },
  unlessCounted: true,
});

const closingStep = (rule: IncidentRule | undefined): IncidentStep => ({
  ...(rule && { say: { kind: "closed", ordinal: "closed", to: rule.notify } }),
  changes: { ends: undefined },
});

/** What is ignored for a time ends with it: the next failure opens it again. What exceeds its rate is opened at once. */
function ignoredStep({ ignore, count, last_at }: Incident, now: number): IncidentStep | undefined {
  if (!ignore) return undefined;
  const { until, above_per_hour, seen, later = [] } = ignore;
  if (until !== undefined && until <= now)
    return { changes: { state: "closed", ended_at: now, base: count }, unlessCounted: true };
  if (above_per_hour === undefined) return undefined;
  const counted = [seen, ...later];
  const [first = seen, ...rest] = counted.slice(
    Math.max(
      0,
      counted.findLastIndex(({ at }) => now - at >= hourMs),
    ),
  );
  if (count - first.count > above_per_hour)
    return { changes: { state: "closed", ended_at: last_at - 1, base: first.count }, unlessCounted: true };
  const last = rest.at(-1) ?? first;
  if (count === last.count || now - last.at < countedEveryMs) return undefined;
  return { changes: { ignore: { ...ignore, seen: first, later: [...rest, { at: now, count }] } } };
}

/** Says how much has failed, if that was not said. */
function levelStep(incident: Incident, { notify }: IncidentRule): IncidentStep | undefined {
  const level = levelFor(incident);
  if ((incident.sent ?? 0) >= level) return undefined;
  return {
    say: { kind: incidentMessageKind(incident), ordinal: String(level), to: notify },
    changes: { sent: level, said: true },
  };
}

function sayingOf(incident: Incident, rule: IncidentRule, now: number): IncidentStep | undefined {
  const { opened_at = now, reminded = 0, escalated } = incident;
  const grown = levelStep(incident, rule);
  if (grown) return grown;
  const { remindMs, escalate } = rule;
  if (escalate && !escalated && now - opened_at >= escalate.afterMs)
    return {
      say: { kind: "escalated", ordinal: "escalated", to: escalate.notify },
      changes: { escalated: true, said: true },
    };
  const reminders = remindMs === undefined ? 0 : Math.floor((now - opened_at) / remindMs);
  if (reminders > reminded)
    return {
      say: { kind: "reminder", ordinal: `reminder-${reminders}`, to: rule.notify },
      changes: { reminded: reminders, said: true },
    };
  return undefined;
}

/** Whether it was opened last as the fourth time within a day, or more often: those who are told are told less of what follows. */
export function keepsComingBack(incident: Incident): boolean {
  const { openings = [], opened_at = 0 } = incident;
  const recent = openings.filter((at) => at > opened_at - flappingMs);
  return flaps(incident, recent, flappingOpenings - 1);
}

function incidentMessageKind(incident: Incident): MessageKind {
  const { said, opening = 1 } = incident;
  if (said) return "grew";
  if (keepsComingBack(incident)) return "flaps";
  return opening > 1 ? "came_back" : "opened";
}

/** Whether an incident that goes on needs nobody's attention: a caller ignores it, or it was known before there were alerts. */
export const needsNobody = ({ state }: Incident): boolean => state === "ignored" || state === "known";

/** Whether an incident that has ended needs nobody any more who looks after it. */
export const isSettled = (incident: Incident): boolean =>
  hasIncidentEnded(incident) && !incident.ends && !begins(incident);

/** Whether a caller has reopened it, and nothing has happened since. */
export const isReopened = (incident: Incident): boolean =>
  incident.state === "open" && countSinceOpened(incident) === 0;

/**
 * When a caller has ended it, by the time for which it is ignored too, or has reopened it: what has failed up to then is no news. Undefined
 * while it goes on, and if it has stopped by itself.
 */
export function silencedAt(incident: Incident): number | undefined {
  const { state, ignore, opened_at, ended_at } = incident;
  if (isReopened(incident)) return opened_at;
  return state === "resolved" || (state === "closed" && ignore) ? ended_at : undefined;
}

/** What a caller makes of an incident; "unchanged" where it is that already. */
export type IncidentAction =
  | { do: "resolve" }
  | { do: "ignore"; until?: number; above_per_hour?: number }
  | { do: "reopen" };

export function actedOn(
  incident: Incident,
  action: IncidentAction,
  { now, by, by_name }: { now: number; by: string; by_name?: string | undefined },
): { changes: IncidentChanges; opens?: true } | "unchanged" | "conflict" {
  const { state, count, opening = 0 } = incident;
  const signed = { by, by_name };
  switch (action.do) {
    case "resolve":
      if (state === "resolved" && !begins(incident)) return "unchanged";
      return {
        changes: { ...fresh, state: "resolved", ended_at: Math.max(now, incident.last_at), base: count, ...signed },
      };
    case "ignore": {
      if (hasIncidentEnded(incident) && !begins(incident)) return "conflict";
      const { until, above_per_hour } = action;
      const ignore: Ignoring = {
        ...(until !== undefined && { until }),
        ...(above_per_hour !== undefined && { above_per_hour }),
        seen: { at: now, count },
      };
      return { changes: { ends: undefined, state: "ignored", ignore, ...signed } };
    }
    case "reopen":
      if (state === "open") return "unchanged";
      return {
        opens: true,
        changes: { ...fresh, state: "open", opening: opening + 1, opened_at: now, base: count, sent: 0, ...signed },
      };
  }
}

/** An incident with changes, as the store writes them. */
export function withChanges(incident: Incident, changes: IncidentChanges): Incident {
  const next: Record<string, unknown> = { ...incident, ...changes, version: (incident.version ?? 0) + 1 };
  for (const field of Object.keys(next)) if (next[field] === undefined) delete next[field];
  return next as unknown as Incident;
}
