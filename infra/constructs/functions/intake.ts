import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Duration, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { IntakeEnv } from "../../../lambdas/aws/start/env.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { hasSearch } from "../../../lambdas/core/expressions/search.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { allow } from "../../grants/capability.ts";
import { sessionGrants } from "../../grants/references.ts";
import { queuePlans } from "../../settings/plans.ts";
import { accessTo, folders, readSearch } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";

interface IntakeProps {
  platform: Platform;
  products: readonly Product[];
  /** The queue for the Step Functions tasks whose request was refused. */
  tasks: IQueue;
}

/** The function that schedules jobs for other AWS services: invoked directly, or fed from the intake's queues. */
export class Intake extends Construct {
  readonly lambda: IFunction;

  constructor(scope: Construct, id: string, { platform, products, tasks }: IntakeProps) {
    super(scope, id);
    const { config, state } = platform;
    const { queue, imports, deadLetters } = state.intake;
    const may = accessTo(platform);
    const entry = new EntryFunction<typeof IntakeEnv>(this, "Entry", {
      entry: "intake",
      description: "Schedules jobs for other AWS services, and changes many jobs",
      environment: {
        ...jobsEnvironment(platform),
        EVENT_BUS_NAME: state.bus.eventBusName,
        INTAKE_QUEUE_URL: queue.queueUrl,
        INTAKE_DLQ_URL: deadLetters.queueUrl,
        IMPORT_QUEUE_URL: imports.queueUrl,
        TASK_QUEUE_URL: tasks.queueUrl,
      },
      // A large import continues by sending a message to its own queue, as often as it takes, each time from a later byte.
      loops: true,
      allow: [
        may.readJobs(),
        may.writeJobs(),
        may.useSharedKeysAndSendSignals(),
        // What a run takes that a message names, and which of the runs that it wakes are open.
        may.readManyJobs(),
        may.readDefinitions(),
        // What a request with a unique key replaces may stand in line.
        may.leaveLines(),
        may.removeJobs(),
        may.writeBlobs(folders.inputs, folders.importReports),
        may.removeBlobs(folders.inputs),
        // What a request with a unique key replaces may be a feature: its progress names the steps that are cancelled with it.
        ...may.readBlobs(folders.imports, folders.progress, folders.operations),
        may.send(...jobTypes),
        ...may.schedule(...jobTypes),
        may.unschedule(),
        ...may.seal(),
        // Operations on many jobs: it finds them, changes them as the API does, and looks whether the key of the caller is still good.
        may.workOnOperations(),
        may.readApiKeys(),
        ...(products.some(hasSearch) ? [readSearch(state)] : []),
        may.listJobs(),
        may.listRuns(),
        may.readDueCounts(),
        may.writeBlobs(folders.operations),
        may.removeBlobs(folders.results),
        may.passSharedScheduleRole(),
        // It checks the tokens of requests that have a session.
        ...sessionGrants(Stack.of(this), products),
        allow(["events:PutEvents"], [state.bus.eventBusArn]),
        allow(
          ["sqs:SendMessage"],
          [queue, imports, deadLetters, tasks].map(({ queueArn }) => queueArn),
        ),
      ],
    });
    // An asynchronous invocation that Lambda gives up on becomes a message like any other: it is retried for hours, or rejected.
    entry.lambda.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: queue.queueArn }) },
    });
    // Jobs can be scheduled as fast as the busiest consumer may run them.
    entry.fedBy(queue, { ...queuePlans.intake, concurrency: Math.max(...Object.values(config.maxConcurrency)) });
    entry.fedBy(imports, queuePlans.imports);
    this.lambda = entry.lambda;
  }
}
