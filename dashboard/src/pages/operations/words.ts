import type { Operation } from "../../../../sdk/src/index.ts";
import { actionName, isOver, onlyCounts, type Standing } from "../../operation/states.ts";
import { plural } from "../../ui/format.ts";

type Reason = NonNullable<Operation["why"]>;

/** `Cancel 1,200 jobs`; while they are not all found, `Cancel jobs`. */
export function titleOf(operation: Pick<Operation, "action" | "dry_run" | "matched" | "collected_at">): string {
  const { action, dry_run, matched, collected_at } = operation;
  const jobs = collected_at === undefined ? "jobs" : plural(matched, "job");
  return dry_run ? `Count ${jobs} to ${actionName(action).toLowerCase()}` : `${actionName(action)} ${jobs}`;
}

/** Its state, as people want to know it. */
export function stateOf({ state, paused, stopping }: Standing): string {
  if (stopping) return "stopping";
  if (paused) return paused.why === undefined ? "paused" : "asks";
  return state;
}

type Tone = "plain" | "bad" | "warn" | "good";

export function toneOf(operation: Standing): Tone {
  const { state, paused } = operation;
  if (paused) return "warn";
  if (state === "halted" || state === "refused") return "bad";
  if (state === "done") return "good";
  return "plain";
}

/** What its state means, unless it is over or waits for a reason. */
export function meaningOf({ state, paused, stopping }: Standing): string | undefined {
  if (stopping) return "It ends what it has begun, and stops.";
  if (paused && paused.why === undefined) return "It changes no more jobs until it is continued.";
  if (paused) return undefined;
  switch (state) {
    case "collecting":
      return "It looks for its jobs. It has changed none so far.";
    case "ready":
      return "It has found its jobs, and begins to change them.";
    case "canary":
      return "It changes a few jobs first, and looks what becomes of them.";
    case "running":
      return "It changes its jobs, each of them once.";
    case "stopped":
      return "It was stopped. What it had changed stays changed.";
    default:
      return undefined;
  }
}

/** What to do where it waits for somebody, or has ended by itself. */
export const remedies: Readonly<Record<Reason, string>> = {
  CANARY_FAILED: "No other job was changed. Look at the first jobs and why they failed, then begin another operation.",
  CANARY_UNDECIDED: "A pause or a limit may hold them. Continue it to change the others too, or stop it.",
  KEY_REVOKED: "Nobody's access stands behind it any more. Begin another operation for what is left.",
  KEY_EXPIRED: "Continue it, and it goes on in the name of your key.",
  SCOPE_NARROWED: "Begin another operation for what is left, with a key that reaches all of it.",
  PRODUCT_GONE: "The catalog has no such product or env any more.",
  LIST_GONE: "It waited for so long that its list of jobs is not kept any more. Begin another one.",
  OTHER_NUMBER: "It has changed none. Count the jobs again, and begin another operation if the number is right.",
  TOO_MANY: "It has changed none. Narrow its filter, by times for instance.",
};

export interface Part {
  id: "changed" | "unchanged" | "failed" | "remaining";
  name: string;
  count: number;
  /** Of all, in percent. One that is not zero can be seen. */
  share: number;
}

const leastShare = 0.5;

/** What has become of its jobs. */
export function partsOf(operation: Pick<Operation, "state" | "action" | Part["id"]>): Part[] {
  const { changed, unchanged, failed, remaining } = operation;
  const all = changed + unchanged + failed + remaining;
  const rest = isOver(operation) ? "not touched" : "to come";
  const named: [Part["id"], string, number][] = [
    ["changed", operation.action === "delete" ? "gone" : "changed", changed],
    ["unchanged", "unchanged", unchanged],
    ["failed", "failed", failed],
    ["remaining", rest, remaining],
  ];
  return named.map(([id, name, count]) => {
    const share = all === 0 || count === 0 ? 0 : Math.max(leastShare, (100 * count) / all);
    return { id, name, count, share };
  });
}

/** How long it still takes at its rate at least, in milliseconds, while that can be said. */
export const leftMs = ({ state, paused, stopping, remaining, rate_per_second }: Operation): number | undefined =>
  state === "running" && !paused && !stopping ? (remaining / rate_per_second) * 1000 : undefined;

/** What is known of the jobs that are changed first. */
type CanaryState = "ahead" | "changing" | "watching" | "undecided" | "failed" | "passed" | "ended";

export function canaryStateOf({ state, paused, why, canary }: Operation): CanaryState {
  if (why === "CANARY_FAILED") return "failed";
  if (paused?.why === "CANARY_UNDECIDED") return "undecided";
  if (state === "collecting" || state === "ready") return "ahead";
  if (state === "canary") return canary?.until === undefined ? "changing" : "watching";
  return state === "running" || state === "done" ? "passed" : "ended";
}

type SteerId = "pause" | "continue" | "rate" | "stop";

export interface Steer {
  id: SteerId;
  label: string;
  danger?: boolean;
  allowed(operation: Operation): boolean;
  /** What will happen. */
  says(operation: Operation): string;
  /** What happened. */
  done: string;
}

/** The most jobs that are still changed after a word of a caller: 5 s of the rate. */
const inFlight = ({ rate_per_second, remaining }: Operation): string =>
  plural(Math.min(5 * rate_per_second, remaining), "more job");

export const steers: readonly Steer[] = [
  {
    id: "pause",
    label: "Pause",
    allowed: ({ paused }) => !paused,
    says: (operation) => `It changes at most ${inFlight(operation)}, and then none until it is continued.`,
    done: "Paused",
  },
  {
    id: "continue",
    label: "Continue",
    allowed: ({ paused }) => paused !== undefined,
    says: ({ paused, remaining }) =>
      `${paused?.why === "CANARY_UNDECIDED" ? "What becomes of the first jobs is waited for no longer. " : ""}It goes on with ${plural(remaining, "job")}, from now on in the name of your key.`,
    done: "Continued",
  },
  {
    id: "rate",
    label: "Change the rate",
    allowed: (operation) => !onlyCounts(operation),
    says: () => "It takes effect with the next 5 s of its work.",
    done: "Rate changed",
  },
  {
    id: "stop",
    label: "Stop",
    danger: true,
    allowed: () => true,
    says: (operation) =>
      onlyCounts(operation)
        ? "It counts no further, for good."
        : `It changes at most ${inFlight(operation)}, and then none, for good. What it has changed stays changed.`,
    done: "Stopped",
  },
];

/** What can be done with it in its state. */
export const steersFor = (operation: Operation): Steer[] =>
  isOver(operation) || operation.stopping ? [] : steers.filter(({ allowed }) => allowed(operation));
