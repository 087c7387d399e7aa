import { randomUUID } from "node:crypto";
import type { ScheduledEvent } from "aws-lambda";
import { account, region } from "./names.ts";

/** In AWS the rule fires each minute; here more often, so that what a kill left behind is taken up sooner. */
const everyMs = 10_000;

/** The EventBridge rule that wakes the reconciler: at start, then regularly, never twice at a time. */
export function startRule(invoke: (event: ScheduledEvent) => Promise<unknown>, periodMs = everyMs) {
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
    /** Fires no more, and resolves when the reconciler has ended or `graceMs` is over. */
    close: async (graceMs: number): Promise<void> => {
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
