import { randomUUID } from "node:crypto";
import type { ScheduledEvent } from "aws-lambda";
import { account, region } from "./names.ts";

/** In AWS the rule fires each minute; here more often, so that what a kill left behind is taken up sooner. */
export const reconcileEveryMs = 10_000;

export interface Rule {
  /** Wakes the reconciler now, unless it is at work. */
  fire(): void;
  busy(): boolean;
  /** Fires no more, and resolves when the reconciler has ended or `graceMs` is over. */
  close(graceMs: number): Promise<void>;
}

/** The EventBridge rule that wakes the reconciler: at start, then regularly, never twice at a time. */
export function startRule(invoke: (event: ScheduledEvent) => Promise<unknown>, periodMs = reconcileEveryMs): Rule {
  let running: Promise<void> | undefined;
  const fire = () => {
    running ??= invoke(scheduledEvent())
      .then(
        () => {},
        (error: unknown) => console.error("the reconciler failed:", error),
      )
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(fire, periodMs);
  fire();
  return {
    fire,
    busy: () => running !== undefined,
    close: async (graceMs) => {
      clearInterval(timer);
      const grace = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([running, grace]);
    },
  };
}

const scheduledEvent = (): ScheduledEvent => ({
  id: randomUUID(),
  version: "0",
  account,
  region,
  time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
  source: "aws.events",
  "detail-type": "Scheduled Event",
  resources: [`arn:aws:events:${region}:${account}:rule/reconciler`],
  detail: {},
});
