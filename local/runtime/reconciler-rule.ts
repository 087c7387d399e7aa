import { randomUUID } from "node:crypto";
import type { ScheduledEvent } from "aws-lambda";
import { account, region } from "./names.ts";

/** More often than in AWS, where it is every minute, so that what a killed process left behind is resumed sooner. */
export const reconcileEveryMs = 10_000;

export interface Rule {
  /** Runs the reconciler now, unless it is running. */
  fire(): void;
  busy(): boolean;
  /** Stops firing, and resolves when the reconciler has ended or `graceMs` is over. */
  close(graceMs: number): Promise<void>;
}

/** The EventBridge rule that runs the reconciler: at start and then regularly, never twice at the same time. */
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
