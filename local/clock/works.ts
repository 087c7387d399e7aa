import type { FauxqsServer } from "fauxqs";
import { JobMessage } from "../../lambdas/core/job.ts";
import type { Poller } from "../poller.ts";
import type { Rule } from "../rule.ts";
import type { Feed } from "../stream/feed.ts";
import type { Overdue } from "./overdue.ts";
import type { Work } from "./work.ts";

export type Messages = NonNullable<ReturnType<FauxqsServer["inspectQueue"]>>["messages"];

/** A queue and its poller: messages that are delayed, wait, are worked on, or were left behind by a batch that failed. */
export const queueWork = (name: string, messages: () => Messages, poller: Poller): Work => ({
  busy: () => {
    const { ready, delayed, inflight } = messages();
    const now = Date.now();
    const due = ready.length > 0 || delayed.some(({ delayUntil = 0 }) => delayUntil <= now);
    if (due || inflight.some(({ visibilityDeadline }) => visibilityDeadline <= now)) return `${name} holds messages`;
    if (!poller.leftBehind(inflight.map(({ receiptHandle }) => receiptHandle))) return `${name} is being worked on`;
    return undefined;
  },
  nextAt: () => {
    const { delayed, inflight } = messages();
    return earliest([
      ...delayed.map(({ delayUntil = 0, body }) => arrivalOf(delayUntil, body)),
      ...inflight.map(({ visibilityDeadline }) => visibilityDeadline),
    ]);
  },
});

/**
 * SQS delays by whole seconds, so a message comes up to a second early and its consumer waits for the rest, in real time.
 * SQS may be late as well: here it is, by that rest, and nobody waits.
 */
function arrivalOf(delayUntil: number, body: string): number {
  const { success, data } = JobMessage.safeParse(jsonOf(body));
  const rest = success ? data.due_at - delayUntil : 0;
  return rest > 0 && rest < 1000 ? delayUntil + rest : delayUntil;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The reconciler, woken when it has something to find. */
export const reconcilerWork = (rule: Rule, overdue: Overdue): Work => ({
  busy: () => (rule.busy() ? "the reconciler is at work" : undefined),
  nextAt: () => overdue.nextAt(),
  moved: () => {
    if ((overdue.nextAt() ?? Number.POSITIVE_INFINITY) <= Date.now()) rule.fire();
  },
});

/** What happens to jobs is told of while it is news, unless whoever is to be told refuses it. */
export const feedWork = (feed: Feed): Work => ({
  busy: () => (feed.busy() ? "the table's stream is being delivered" : undefined),
  nextAt: () => undefined,
});

const earliest = (times: number[]): number | undefined => (times.length > 0 ? Math.min(...times) : undefined);
