import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { IntakeEnv } from "../../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { allow } from "../../grants/capability.ts";
import { intakeTimeout } from "../queues/intake-endpoints.ts";
import { accessTo, folders } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";

/** Imports that run at a time: each makes jobs as fast as it can. */
const importsAtOnce = 5;

/** The function that schedules what other AWS services ask for, invoked by them or fed from the intake's queues. */
export class Intake extends Construct {
  readonly lambda: IFunction;

  /** `tasks` is told of the tasks of Step Functions whose request was refused. */
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
      timeout: intakeTimeout,
      memorySize: 512,
      // A large import goes on by a message to its own queue, as often as it takes: each from a later byte.
      loops: true,
      allow: [
        may.readJobs(),
        may.writeJobs(),
        may.removeJobs(),
        may.writeBlobs(folders.inputs, folders.importReports),
        may.removeBlobs(folders.inputs),
        may.readBlobs(folders.imports),
        may.missBlobs(),
        may.send(...jobTypes),
        may.schedule(),
        may.passScheduleRoles(...jobTypes),
        may.passSharedScheduleRole(),
        allow(["events:PutEvents"], [state.bus.eventBusArn]),
        allow(
          ["sqs:SendMessage"],
          [queue, imports, deadLetters, tasks].map(({ queueArn }) => queueArn),
        ),
      ],
    });
    // An asynchronous invocation that Lambda gives up is a message like any other: it comes again for hours, or is rejected.
    entry.lambda.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: queue.queueArn }) },
    });
    const maxConcurrency = Math.max(...Object.values(config.maxConcurrency));
    entry.fedBy(queue, maxConcurrency);
    // One at a time: an import that kills its function takes no other with it.
    entry.fedBy(imports, importsAtOnce, 1);
    this.lambda = entry.lambda;
  }
}
