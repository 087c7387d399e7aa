import type { Context } from "aws-lambda";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { invocationFields } from "../aws/log/log.ts";
import { ReconcilerEnv, readEnv } from "../aws/start/env.ts";
import { startServices } from "../aws/start/start-up.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { loggingOf } from "../core/operations/log-fields.ts";
import { lazy } from "../core/schema/lazy.ts";
import { newMemory } from "./memory.ts";
import { reconcile } from "./reconcile.ts";

const start = lazy(() => {
  const env = readEnv(ReconcilerEnv);
  return { services: startServices("reconciler", env, catalog), graceMs: env.RECONCILE_GRACE_MS, memory: newMemory() };
});

export const handler = async (_event: unknown, context?: Partial<Context>): Promise<void> => {
  const { services, graceMs, memory } = start();
  const own = loggingOf(services, invocationFields(context));
  const { looked, dispatched, failed, ...pauses } = await withSafeErrors(own.log, () =>
    reconcile(own, graceMs, memory),
  );
  own.log.measure("reconciled", { values: { looked, nudged: dispatched, nudges_failed: failed, ...pauses } });
};
