import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { HooksEnv } from "../../../lambdas/aws/start/env.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { hookGrants } from "../../grants/references.ts";
import { accessTo, folders } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";

/** The function that takes what providers deliver to hooks. It is apart from the API: who comes here has no key, and it may do less. */
export class Hooks extends Construct {
  readonly lambda: IFunction;

  constructor(
    scope: Construct,
    id: string,
    { platform, products }: { platform: Platform; products: readonly Product[] },
  ) {
    super(scope, id);
    const may = accessTo(platform);
    const { lambda } = new EntryFunction<typeof HooksEnv>(this, "Entry", {
      entry: "hooks",
      description: "Takes what providers deliver to hooks",
      environment: jobsEnvironment(platform),
      allow: [
        may.readJobs(),
        may.writeJobs(),
        may.useSharedKeysAndSendSignals(),
        may.keepHookDeliveries(),
        // Which of the runs that a signal wakes are open.
        may.readManyJobs(),
        // What a request with a unique key replaces may stand in line.
        may.leaveLines(),
        may.removeJobs(),
        may.writeBlobs(folders.inputs),
        may.removeBlobs(folders.inputs),
        // What a request with a unique key replaces may be a feature: its progress names the steps that are cancelled with it.
        ...may.readBlobs(folders.progress),
        may.send(...jobTypes),
        ...may.schedule(...jobTypes),
        may.unschedule(),
        may.passSharedScheduleRole(),
        ...may.seal(),
        ...hookGrants(Stack.of(this), products),
      ],
    });
    this.lambda = lambda;
  }
}
