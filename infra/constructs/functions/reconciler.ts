import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { JobsEnv } from "../../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { acknowledge } from "../../grants/acknowledge.ts";
import { accessTo } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";

/** Hands overdue jobs over again, every minute: what a crash left between a record and its dispatch. */
export class Reconciler extends Construct {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const may = accessTo(platform);
    const { lambda } = new EntryFunction<typeof JobsEnv>(this, "Entry", {
      entry: "reconciler",
      description: "Hands overdue jobs over again",
      environment: jobsEnvironment(platform),
      timeout: Duration.seconds(55),
      memorySize: 256,
      allow: [may.listJobs(), may.readManyJobs(), may.send(...jobTypes)],
    });
    // A run that failed is not repeated, neither by the rule nor by Lambda: the next one is due by then and does the same.
    const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    lambda.configureAsyncInvoke(once);
    const rule = new Rule(this, "EveryMinute", {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(lambda, once)],
    });
    const because =
      "The event says nothing but that a minute has passed; an alarm tells when the reconciler does not run.";
    acknowledge(lambda, { "Serverless-LambdaAsyncFailureDestination": because });
    acknowledge(rule, { "Serverless-EventBusDLQ": because });
  }
}
