import type { Catalog } from "../../core/catalog/catalog.ts";
import { deployed } from "../client/deployed.ts";
import { startRedelivery } from "../sqs/redelivery.ts";
import { type JobsEnv, queueUrl } from "./env.ts";
import { startServices } from "./start-up.ts";

/** Connects the ports of the pump to their adapters: those of all functions that work with jobs. It reads the queue of ticks. */
export function startPump(env: JobsEnv, catalog: Catalog) {
  const services = startServices("pump", env, catalog);
  return { ...services, redelivery: startRedelivery(deployed(queueUrl(env, env.PUMP_QUEUE_URL)), services.log) };
}
