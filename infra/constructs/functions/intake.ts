import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { IntakeEnv } from "../../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { allow } from "../../grants/capability.ts";
import { queuePlans } from "../../settings/plans.ts";
import { accessTo, folders } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";

/** The function that schedules jobs for other AWS services: invoked directly, or fed from the intake's queues. */
export class Intake extends Construct {
  readonly lambda: IFunction;

  /** `tasks` is the queue for the Step Functions tasks whose request was refused. */
  constructor(scope: Construct, id: string, { platform, tasks }: { platform: Platform; tasks: IQueue }) {
    super(scope, id);
    const { config, state } = platform;
    const { queue, imports, deadLetters } = state.intake;
    const may = accessTo(platform);
    const entry = new EntryFunction<typeof IntakeEnv>(this, "Entry", {
      entry: "intake",
      description: "Schedules jobs for other AWS services",
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
        may.useSharedKeys(),
        may.removeJobs(),
        may.writeBlobs(folders.inputs, folders.importReports),
        may.removeBlobs(folders.inputs),
        // What a request with a unique key replaces may be a feature: its progress names the steps that are cancelled with it.
        may.readBlobs(folders.imports, folders.progress),
        may.seeMissingBlobs(),
        may.send(...jobTypes),
        ...may.schedule(...jobTypes),
        may.unschedule(),
        may.passSharedScheduleRole(),
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
