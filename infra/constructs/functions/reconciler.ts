import { hash } from "node:crypto";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as Invocation } from "aws-cdk-lib/aws-events-targets";
import type { CfnFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { EnvOf, FollowerEnv, ReconcilerEnv } from "../../../lambdas/aws/start/env.ts";
import { hasAlerts, hasBudgets } from "../../../lambdas/core/catalog/alerts.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { schedulesHash } from "../../../lambdas/core/catalog/schedules.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { reconcileEverySeconds } from "../../../lambdas/topology.ts";
import { acknowledge } from "../../grants/acknowledge.ts";
import { accessTo, folders, statsAccess } from "../trust/access.ts";
import type { CodeFunction } from "./code-function.ts";
import type { ProductCode } from "./consumer.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";

/**
 * Names the code of a function, which has the catalog in it: the schedules are followed anew with other code, so that a deployment
 * puts back what somebody has changed by hand.
 */
function codeOf(lambda: LambdaFunction): string {
  const { code } = lambda.node.defaultChild as CfnFunction;
  return (code as CfnFunction.CodeProperty).s3Key ?? "";
}

/** Names the code of features. In one word, since an environment has 4 KB. */
const hashOf = (features: readonly CodeFunction[]): string =>
  hash("sha256", features.map(({ lambda }) => codeOf(lambda)).join(), "hex");

interface ReconcilerProps {
  platform: Platform;
  products: readonly Product[];
  /** The team's own code, of which a deployment may mend runs. */
  code: ProductCode;
}

/**
 * Redispatches overdue jobs every minute: a crash between the record of a job and its dispatch leaves them behind. And it makes,
 * changes and cancels the jobs of the catalog's schedules once a deployment has changed these.
 */
export class Reconciler extends Construct {
  constructor(scope: Construct, id: string, { platform, products, code }: ReconcilerProps) {
    super(scope, id);
    const may = accessTo(platform);
    const spends = products.some(hasBudgets);
    const features = [...code.functions.values()].filter(({ sections }) => sections.has("features"));
    const { lambda } = new EntryFunction<typeof FollowerEnv>(this, "Entry", {
      entry: "reconciler",
      description: "Redispatches overdue jobs, and follows the schedules of the catalog",
      environment: {
        ...jobsEnvironment(platform),
        SCHEDULES: schedulesHash(products),
        RELAY_QUEUE_URL: platform.relays.queue.queueUrl,
        IMPORT_QUEUE_URL: platform.state.intake.imports.queueUrl,
      },
      allow: [
        may.listJobs(),
        may.readManyJobs(),
        may.send(...jobTypes),
        may.useGates(),
        may.readPins(),
        // It sends the tick of a line whose own was lost, or whose rule has changed.
        may.tick(),
        may.readPauses(),
        // It ends pauses whose time is over, and notes how far their jobs have come.
        may.changePauses(),
        // It asks the relay to send what EventBridge Scheduler did not take.
        may.seeUnscheduled(),
        may.relay(),
        // It tells operations to go on whose message was lost.
        may.lookAfterOperations(),
        may.goOn(),
        may.keepRounds(),
        // The incidents of alerts, and the runs of the schedules that have to complete.
        ...(products.some(hasAlerts) ? [may.useIncidents(), may.listRuns()] : []),
        // What jobs have used of budgets, which it reads from the jobs that have ended, and from how many did.
        ...(spends ? [may.keepSpending(), statsAccess(platform.state, "dynamodb:Query")] : []),
        may.readDueCounts(),
        may.followSchedules(),
        may.readJobs(),
        may.writeJobs(),
        may.removeJobs(),
        may.writeBlobs(folders.inputs),
        may.removeBlobs(folders.inputs),
        // The progress of a feature names the steps that are cancelled with it.
        ...may.readBlobs(folders.progress),
        ...may.schedule(...jobTypes),
        may.unschedule(),
        ...may.seal(),
        ...(features.length > 0
          ? [may.wakeParked(), may.forgetCode(), ...may.readBlobs(folders.bundles), may.removeBlobs(folders.bundles)]
          : []),
      ],
    });
    // Its processes are new whenever the code of features is, and begin once that is there: they wake the runs that wait for it.
    if (features.length > 0) lambda.addEnvironment("DEPLOYED_FEATURES", hashOf(features));
    for (const { lambda: own } of features) lambda.node.addDependency(own);
    lambda.addEnvironment("DEPLOYED_CODE" satisfies keyof EnvOf<typeof ReconcilerEnv>, codeOf(lambda));
    if (spends) {
      const { ownMemory } = platform.config;
      const name = "CONSUMER_MEMORY" satisfies keyof EnvOf<typeof ReconcilerEnv>;
      lambda.addEnvironment(name, JSON.stringify(ownMemory));
    }
    const period = Duration.seconds(reconcileEverySeconds);
    // Neither the rule nor Lambda retries a run that failed: by then the next one is due, and does the same work.
    const once = { retryAttempts: 0, maxEventAge: period };
    lambda.configureAsyncInvoke(once);
    const rule = new Rule(this, "EveryMinute", {
      schedule: Schedule.rate(period),
      targets: [new Invocation(lambda, once)],
    });
    const because = "The event says only that a minute has passed; an alarm reports a reconciler that does not run.";
    acknowledge(lambda, { "Serverless-LambdaAsyncFailureDestination": because });
    acknowledge(rule, { "Serverless-EventBusDLQ": because });
  }
}
