import { registry } from "../../lambdas/consumers/types/registry.ts";
import { functionsOf, queuesOf } from "../../lambdas/topology.ts";

/** The functions and queues to deploy: what the topology says about the registered job types. */
export const functionPlans = functionsOf(registry);
export const queuePlans = queuesOf(registry);
