import { ReconcilerEnv, readEnv } from "../aws/env.ts";
import { once } from "../aws/once.ts";
import { startServices } from "../aws/start-up.ts";
import { catalog } from "../consumers/catalog.ts";
import { newMemory } from "./memory.ts";
import { reconcile } from "./reconcile.ts";

const start = once(() => {
  const env = readEnv(ReconcilerEnv);
  return { services: startServices("reconciler", env, catalog), graceMs: env.RECONCILE_GRACE_MS, memory: newMemory() };
});

export const handler = async (): Promise<void> => {
  const { services, graceMs, memory } = start();
  services.log.info("reconciled", { ...(await reconcile(services, graceMs, memory)) });
};
