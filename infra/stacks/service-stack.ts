import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import type { ApiEnv, AuthorizerEnv } from "../../lambdas/aws/start/env.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { type JobType, jobTypes } from "../../lambdas/core/job/job.ts";
import { importPrefix } from "../../lambdas/topology.ts";
import { Consumer, consumerTimeout } from "../constructs/functions/consumer.ts";
import { EntryFunction } from "../constructs/functions/entry-function.ts";
import { Intake } from "../constructs/functions/intake.ts";
import { Lifecycle } from "../constructs/functions/lifecycle.ts";
import { jobsEnvironment, type Platform } from "../constructs/functions/platform.ts";
import { Reconciler } from "../constructs/functions/reconciler.ts";
import { Tasks } from "../constructs/functions/tasks.ts";
import { Webhooks } from "../constructs/functions/webhooks.ts";
import { JobsHttpApi } from "../constructs/http/http-api.ts";
import { JobQueue } from "../constructs/queues/job-queue.ts";
import { JobSchedules } from "../constructs/queues/job-schedules.ts";
import { accessTo, folders, readApiKey, readApiKeys } from "../constructs/trust/access.ts";
import { encryptWith } from "../constructs/trust/encrypt-with.ts";
import { AlarmTopic } from "../constructs/watching/alarm-topic.ts";
import { Alarms } from "../constructs/watching/alarms.ts";
import { MetricsDashboard } from "../constructs/watching/dashboard.ts";
import { watchedIn } from "../constructs/watching/watched.ts";
import type { Config } from "../settings/config.ts";
import type { StateStack } from "./state-stack.ts";

export interface ServiceStackProps extends StackProps {
  config: Config;
  state: StateStack;
  products: readonly Product[];
}

/** What may be rebuilt at any time: everything that works on the state. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { config, state, products, ...props }: ServiceStackProps) {
    super(scope, id, props);

    const queues = this.queues();
    const schedules = new JobSchedules(this, "Schedules", { targets: byType((type) => queues[type].queue) });
    const platform: Platform = { config, state, queues, schedules };

    const api = this.api(platform);
    const { door } = config;
    const authorizer = door.auth === "key" ? this.authorizer(state) : undefined;
    const entrance = new JobsHttpApi(this, "Entrance", { api, authorizer, door });

    for (const definition of Object.values(registry)) {
      new Consumer(this, `Consumer-${definition.type}`, { definition, platform, products });
    }
    new Reconciler(this, "Reconciler", platform);
    const tasks = new Tasks(this, "Tasks", platform);
    const webhooks = new Webhooks(this, "Webhooks", { state, products });
    const tell = { tasks: tasks.queue, webhooks: webhooks.queue };
    new Lifecycle(this, "Lifecycle", { config, state, products, tell });
    const intake = new Intake(this, "Intake", { platform, tasks: tasks.queue });

    if (state.key) encryptWith(state.key, this);
    // After everything that it watches.
    const { topic } = this.watch(platform, entrance);

    this.output("ApiUrl", entrance.url, "Where the API is");
    if (authorizer) this.output("ApiKeySecret", state.apiKeyArn, "The secret that holds the first API key");
    else this.output("ApiArn", entrance.arn, "Who may execute-api:Invoke this may call the API, with signed requests");
    if (entrance.domain) {
      this.output("DomainTarget", entrance.domain.regionalDomainName, "Where DNS has to lead the API's own name");
      this.output("DomainZone", entrance.domain.regionalHostedZoneId, "The hosted zone of that, for an alias record");
    }
    this.output("TableName", state.table.tableName, "The jobs");
    this.output("BucketName", state.bucket.bucketName, "Larger inputs and results");
    this.output("EventBusName", state.bus.eventBusName, "Where others hear of what happens to jobs");
    this.output("EventBusArn", state.bus.eventBusArn, "Events of detail-type schedule-job on this bus are requests");
    this.output("IntakeFunctionArn", intake.lambda.functionArn, "Invoked with a request, it schedules a job");
    this.output("IntakeQueueArn", state.intake.queue.queueArn, "Each message of this queue is a request");
    this.output("IntakeQueueUrl", state.intake.queue.queueUrl, "Where to send such messages");
    this.output("IntakeTopicArn", state.intake.topic.topicArn, "What is published on this topic is a request");
    this.output(
      "IntakeDeadLetterQueueUrl",
      state.intake.deadLetters.queueUrl,
      "Requests that were refused, with the reason",
    );
    this.output(
      "ImportUrl",
      `s3://${state.bucket.bucketName}/${importPrefix}`,
      "Objects put here are full of requests",
    );
    this.output("ScheduleGroup", schedules.group.scheduleGroupName, "The schedules of jobs that are due later");
    this.output("AlarmTopic", topic.topicArn, "Where alarms are told");
  }

  private queues(): Record<JobType, JobQueue> {
    return byType((type) => new JobQueue(this, `Queue-${type}`, { consumerTimeout: consumerTimeout(registry[type]) }));
  }

  private api(platform: Platform) {
    const may = accessTo(platform);
    const { door } = platform.config;
    const { lambda } = new EntryFunction<typeof ApiEnv>(this, "Api", {
      entry: "api",
      description: "The HTTP API",
      environment: {
        ...jobsEnvironment(platform),
        LARGEST_UPLOAD_MB: String(door.largestUploadMb),
        LONGEST_HOLD_SECONDS: String(door.longestHoldSeconds),
        WAITS_PER_KEY: String(door.waitsPerKey),
      },
      // API Gateway gives up after 30 s.
      timeout: Duration.seconds(29),
      memorySize: 512,
      ...(door.apiConcurrency !== undefined && { reservedConcurrentExecutions: door.apiConcurrency }),
      allow: [
        may.readJobs(),
        may.readManyJobs(),
        may.listJobs(),
        may.listRuns(),
        may.writeJobs(),
        may.writeManyJobs(),
        may.removeJobs(),
        may.readStats(),
        may.countWaits(),
        // Who has one of its upload URLs puts the file in its name.
        may.writeBlobs(folders.inputs, folders.uploads),
        // That of a request whose job exists already.
        may.removeBlobs(folders.inputs),
        // Of a feature the progress is shown too: how far its steps are.
        may.readBlobs(folders.results, folders.progress),
        may.missBlobs(),
        may.send(...jobTypes),
        may.schedule(),
        may.unschedule(),
        may.passScheduleRoles(...jobTypes),
        may.passSharedScheduleRole(),
      ],
    });
    return lambda;
  }

  private authorizer(state: StateStack) {
    const { lambda } = new EntryFunction<typeof AuthorizerEnv>(this, "Authorizer", {
      entry: "authorizer",
      description: "Checks the keys of the HTTP API",
      environment: { TABLE_NAME: state.table.tableName, API_KEY_SECRET: state.apiKeyArn },
      timeout: Duration.seconds(10),
      memorySize: 256,
      allow: [readApiKey(state), readApiKeys(state)],
    });
    return lambda;
  }

  private watch({ config, state, schedules }: Platform, entrance: JobsHttpApi): AlarmTopic {
    const topic = new AlarmTopic(this, "Told", { email: config.alarmEmail });
    const seen = { watched: watchedIn(this, state), entrance, schedules: schedules.group };
    new Alarms(this, "Alarms", { topic, ...seen });
    new MetricsDashboard(this, "Dashboard", seen);
    return topic;
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

const byType = <Value>(value: (type: JobType) => Value) =>
  Object.fromEntries(jobTypes.map((type) => [type, value(type)])) as Record<JobType, Value>;
