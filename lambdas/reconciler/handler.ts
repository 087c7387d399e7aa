import { JobsEnv, readEnv } from "../aws/env.ts";
import { once, startServices } from "../aws/start-up.ts";
import { catalog } from "../consumers/catalog.ts";
import { reconcile } from "./reconcile.ts";

const services = once(() => startServices("reconciler", readEnv(JobsEnv), catalog));

export const handler = async (): Promise<void> => {
  services().log.info("reconciled", { ...(await reconcile(services())) });
};
