import { registry } from "../../lambdas/consumers/types/registry.ts";
import { deadLetterQueues, functionsOf, queuesOf } from "../../lambdas/topology.ts";

/** The functions and queues of a deployment: what the topology says about the registered job types. */
export const functionPlans = functionsOf(registry);
export const queuePlans = queuesOf(registry);
export const deadLetterQueueNames = deadLetterQueues(registry);
