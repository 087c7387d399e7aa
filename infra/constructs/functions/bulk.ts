import { Construct } from "constructs";
import type { BulkEnv } from "../../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { queuePlans } from "../../settings/plans.ts";
import { accessTo, folders } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";

/** Works on operations: finds their jobs, and changes each of them as the API changes one. */
export class Bulk extends Construct {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const may = accessTo(platform);
    const entry = new EntryFunction<typeof BulkEnv>(this, "Entry", {
      entry: "bulk",
      description: "Changes many jobs, turn by turn",
      environment: { ...jobsEnvironment(platform), BULK_QUEUE_URL: platform.operations.queue.queueUrl },
      // Each turn sends the message of the next one, until the operation is over.
      loops: true,
      allow: [
        may.workOnOperations(),
        may.goOn(),
        may.readApiKeys(),
        may.listJobs(),
        may.listRuns(),
        may.readJobs(),
        may.readManyJobs(),
        may.writeJobs(),
        may.removeJobs(),
        may.useSharedKeys(),
        may.leaveLines(),
        may.send(...jobTypes),
        ...may.schedule(...jobTypes),
        may.readDueCounts(),
        may.unschedule(),
        may.writeBlobs(folders.operations),
        // The progress of a feature names the steps that are cancelled with it.
        ...may.readBlobs(folders.operations, folders.progress),
        may.removeBlobs(folders.results),
      ],
    });
    entry.fedBy(platform.operations.queue, queuePlans.bulk);
  }
}
