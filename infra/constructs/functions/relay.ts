import { Construct } from "constructs";
import type { RelayEnv } from "../../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { queuePlans } from "../../settings/plans.ts";
import { accessTo } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { type Platform, queueUrls } from "./platform.ts";

/** Sends the messages that EventBridge Scheduler did not take, when the reconciler asks for it. It reads no job. */
export class Relay extends Construct {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const may = accessTo(platform);
    const entry = new EntryFunction<typeof RelayEnv>(this, "Entry", {
      entry: "relay",
      description: "Sends the messages that EventBridge Scheduler did not take",
      environment: {
        TABLE_NAME: platform.state.table.tableName,
        QUEUES: queueUrls(platform),
        RELAY_QUEUE_URL: platform.relays.queue.queueUrl,
      },
      allow: [may.sendUnscheduled(), may.send(...jobTypes)],
    });
    entry.fedBy(platform.relays.queue, queuePlans.relay);
  }
}
