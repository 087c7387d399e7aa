import { Construct } from "constructs";
import type { JobsEnv } from "../../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { queuePlans } from "../../settings/plans.ts";
import { accessTo } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";

/** Calls the jobs that stand in line for a rate, tick by tick. It claims, changes and removes no job. */
export class Pump extends Construct {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const may = accessTo(platform);
    const entry = new EntryFunction<typeof JobsEnv>(this, "Entry", {
      entry: "pump",
      description: "Calls the jobs that stand in line for a rate",
      environment: jobsEnvironment(platform),
      // Each tick sends the next one, until the line is empty.
      loops: true,
      allow: [
        // Whether they still wait, and where their messages go.
        may.readManyJobs(),
        may.useGates(),
        may.usePumps(),
        may.readPins(),
        may.readPauses(),
        may.send(...jobTypes),
        may.tick(),
      ],
    });
    entry.fedBy(platform.ticks.queue, queuePlans.pump);
  }
}
