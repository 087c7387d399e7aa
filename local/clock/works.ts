import type { FauxqsServer } from "fauxqs";
import type { CodeService } from "../code/code-service.ts";
import type { Poller } from "../queues/poller.ts";
import type { Rule } from "../runtime/reconciler-rule.ts";
import type { Feed } from "../stream/feed.ts";
import { dueAt } from "./early-messages.ts";
import type { Overdue } from "./overdue.ts";
import type { Work } from "./work.ts";

export type Messages = NonNullable<ReturnType<FauxqsServer["inspectQueue"]>>["messages"];

/** A queue and its poller: messages that are delayed, ready, in progress, or left behind by a batch that failed. */
export const queueWork = (name: string, messages: () => Messages, poller: Poller): Work => ({
  busy: () => {
    const { ready, delayed, inflight } = messages();
    const now = Date.now();
    const due = ready.length > 0 || delayed.some(({ delayUntil = 0 }) => delayUntil <= now);
    if (due || inflight.some(({ visibilityDeadline }) => visibilityDeadline <= now)) return `${name} holds messages`;
    if (!poller.leftBehind(inflight.map(({ receiptHandle }) => receiptHandle))) return `${name} is being processed`;
    return undefined;
  },
  nextAt: () => {
    const { delayed, inflight } = messages();
    return earliest([
      ...delayed.map(({ delayUntil = 0, body }) => arrivalOf(delayUntil, body)),
      ...inflight.map(({ visibilityDeadline }) => visibilityDeadline),
      ...[poller.early.nextAt() ?? []].flat(),
    ]);
  },
  moved: poller.early.moved,
  moving: poller.early.moving,
});

/** SQS may deliver late. Here it does, by up to a second, at the time the job is due, so that no consumer waits. */
function arrivalOf(delayUntil: number, body: string): number {
  const rest = (dueAt(body) ?? 0) - delayUntil;
  return rest > 0 && rest < 1000 ? delayUntil + rest : delayUntil;
}

/** The reconciler, run when it has something to find. */
export const reconcilerWork = (rule: Rule, overdue: Overdue): Work => ({
  busy: () => (rule.busy() ? "the reconciler is running" : undefined),
  nextAt: () => overdue.nextAt(),
  moved: () => {
    if ((overdue.nextAt() ?? Number.POSITIVE_INFINITY) <= Date.now()) rule.fire();
  },
});

/** Code for whose answer nobody waits. */
export const codeWork = (code: Pick<CodeService, "busy">): Work => ({
  busy: () => (code.busy() ? "code is running" : undefined),
  nextAt: () => undefined,
});

/** The stream: events about jobs are delivered before the clock moves on, unless their receiver refuses them. */
export const feedWork = (feed: Feed): Work => ({
  busy: () => (feed.busy() ? "the table's stream is being delivered" : undefined),
  nextAt: () => undefined,
});

const earliest = (times: number[]): number | undefined => (times.length > 0 ? Math.min(...times) : undefined);
