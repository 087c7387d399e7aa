import type { Incident, IncidentState, JobSummary } from "../../../../sdk/src/index.ts";
import { count, percent, plural } from "../../ui/format.ts";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { visible } from "../../ui/visible.ts";

/** The states in the order of the filter. */
export const stateNames: readonly (readonly [IncidentState | "", string])[] = [
  ["open", "Open"],
  ["ignored", "Ignored"],
  ["known", "Known"],
  ["resolved", "Resolved"],
  ["closed", "Closed"],
  ["", "All states"],
];

export const toneOf: Record<IncidentState, "plain" | "bad" | "warn" | "good"> = {
  open: "bad",
  ignored: "warn",
  known: "plain",
  resolved: "good",
  closed: "plain",
};

/** What goes wrong: `apps/shop fails with SERVICE_UNAVAILABLE (503)`. */
export function titleOf({ kind, target, code, provider_code, schedule, rate, budget, alert }: Incident): string {
  if (rate) return `${rate.failed} of ${plural(rate.ended, "run")} failed: more than ${percent(rate.over)} (${alert})`;
  if (kind === "rate") return `Too many runs fail (${alert})`;
  if (budget) return `Jobs have used ${usd(budget.usd)} of ${usd(budget.budget_usd)} USD in ${budget.month} (${alert})`;
  if (kind === "silence") return `The schedule ${schedule} does not complete`;
  if (target === undefined) return "Jobs fail for many other causes";
  return `${target} fails with ${code}${provider_code === undefined ? "" : ` (${visible(provider_code)})`}`;
}

/** Cents, and of less than a dollar two digits. */
export const usd = (amount: number): string =>
  amount >= 1 || amount === 0 ? amount.toFixed(2) : String(Number(amount.toPrecision(2)));

/** What is counted: `3 failed attempts`. */
function countedWords(kind: Incident["kind"], n: number): string {
  switch (kind) {
    case "cause":
      return plural(n, "failed attempt");
    case "silence":
      return plural(n, "planned run that has not completed", "planned runs that have not completed");
    case "rate":
      return plural(n, "slot of time in which too many failed", "slots of time in which too many failed");
    case "budget":
      return plural(n, "step of the budget was passed", "steps of the budget were passed");
    // A later version may have more kinds.
    default:
      return plural(n, "time");
  }
}

export const hasEnded = ({ state }: Pick<Incident, "state">): boolean => state === "resolved" || state === "closed";

/** How much has failed, since it was opened and altogether, and how often it was opened. */
export function sizeWords(incident: Incident): string {
  const { kind, count: all, failing, openings, flaps } = incident;
  const back = flaps ? " It keeps coming back: further openings of the day are told from 100 failures on." : "";
  const opened = openings > 1 ? ` It was opened ${count(openings)} times.${back}` : "";
  if (hasEnded(incident)) return `${countedWords(kind, all)} altogether.${opened}`;
  const more = all > failing ? `, ${count(all)} altogether` : "";
  return `${countedWords(kind, failing)} since it was opened${more}.${opened}`;
}

/** What its state means for those who are told. That of an ignored one is said with its end. */
export const meaningOf: Record<Exclude<IncidentState, "ignored">, string> = {
  open: "It goes on.",
  known: "It failed so before there was an alert, so nobody was told. It is told once it has stopped and come back.",
  resolved: "It was taken care of. The next failure opens it again, and is told as one that came back.",
  closed: "It has stopped. The next failure opens it again, and is told as one that came back.",
};

export interface IncidentAction {
  id: "resolve" | "ignore" | "reopen";
  label: string;
  /** The states in which it changes something. */
  states: readonly IncidentState[];
  /** What will happen. */
  says: string;
  /** What happened. */
  done: string;
}

const incidentActions: readonly IncidentAction[] = [
  {
    id: "resolve",
    label: "Resolve",
    states: ["open", "ignored", "known"],
    says: "Says that it was taken care of. It is silent from now on; the next failure opens it again, and receivers are told that it came back.",
    done: "Resolved",
  },
  {
    id: "ignore",
    label: "Ignore",
    states: ["open", "known", "ignored"],
    says: "Nobody is told of it. It is counted all the same.",
    done: "Ignored",
  },
  {
    id: "reopen",
    label: "Reopen",
    states: ["ignored", "known", "resolved"],
    says: "It is open again, and counted from now on: receivers are told of the next failure.",
    done: "Reopened",
  },
];

/** What can be done with it in its state. */
export const actionsFor = ({ state }: Pick<Incident, "state">): IncidentAction[] =>
  incidentActions.filter(({ states }) => states.includes(state));

/** For how long it is ignored, as the form has it. */
export interface IgnoreDraft {
  how: "hour" | "day" | "rate" | "good";
  /** How many may fail within an hour, of `rate`. */
  above: string;
}

export const ignoreNames: readonly (readonly [IgnoreDraft["how"], string])[] = [
  ["hour", "For an hour"],
  ["day", "For a day"],
  ["rate", "Until more than so many fail within an hour"],
  ["good", "Until it is reopened"],
];

const hourMs = 3_600_000;
const lengths: Partial<Record<IgnoreDraft["how"], number>> = { hour: hourMs, day: 24 * hourMs };
const mostPerHour = 1_000_000_000;

/** What the form asks for at `now`, in epoch milliseconds; undefined while it asks for nothing that the API would take. */
export function ignoringOf(
  { how, above }: IgnoreDraft,
  now: number,
): { until?: number; above_per_hour?: number } | undefined {
  const length = lengths[how];
  if (length !== undefined) return { until: now + length };
  if (how !== "rate") return {};
  const text = above.trim();
  const per = Number(text);
  return /^\d+$/.test(text) && per >= 1 && per <= mostPerHour ? { above_per_hour: per } : undefined;
}

export interface Elsewhere extends Tenant {
  count: number;
}

/** Where else something is open, by product and env, the most first. */
export function openElsewhere(open: readonly Incident[], { product_tag, env }: Tenant): Elsewhere[] {
  const found = new Map<string, Elsewhere>();
  for (const one of open) {
    if (one.product_tag === product_tag && one.env === env) continue;
    const key = `${one.product_tag} ${one.env}`;
    const before = found.get(key)?.count ?? 0;
    found.set(key, { product_tag: one.product_tag, env: one.env, count: before + 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

const channelPrefix = "alert/";

/** Who was told by a message: the channel or webhook, or the event of the catalog that tells. */
export const receiverOf = (event: string): string =>
  event.startsWith(channelPrefix) ? event.slice(channelPrefix.length) : event;

const saidWords: Readonly<Record<string, string>> = {
  opened: "New",
  came_back: "Came back",
  flaps: "Keeps coming back",
  grew: "Goes on",
  reminder: "Still open",
  escalated: "Nobody has taken care of it",
  closed: "Over",
};

const messagePrefix = "message:";

/** What a message said. Undefined for one that was made by a version before this was noted. */
export function saidBy({ labels = [] }: Pick<JobSummary, "labels">): string | undefined {
  const kind = labels.find((label) => label.startsWith(messagePrefix))?.slice(messagePrefix.length);
  return kind !== undefined && Object.hasOwn(saidWords, kind) ? saidWords[kind] : kind;
}
