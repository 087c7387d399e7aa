import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Annotations, Lazy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { ApiEnv, ApproveEnv, AuthorizerEnv, DashboardEnv } from "../../lambdas/aws/start/env.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { hooksOf } from "../../lambdas/core/catalog/hooks.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { hasSearch, sealsValues } from "../../lambdas/core/expressions/search.ts";
import { type JobType, jobTypes } from "../../lambdas/core/job/job.ts";
import {
  bundlesPrefix,
  codeFunctionName,
  dashboardFolder,
  importPrefix,
  requestEvent,
} from "../../lambdas/topology.ts";
import { catalogContext } from "../bundle/catalog-file.ts";
import { codeEntriesOf, missingModules } from "../bundle/code-entries.ts";
import { allow } from "../grants/capability.ts";
import { sessionGrants } from "../grants/references.ts";
import { type Config, environmentOf } from "../settings/config.ts";
import { queuePlans } from "../settings/plans.ts";
import { SetupError } from "../settings/setup-error.ts";
import { codePrefix } from "./deployment-name.ts";
import { AuditRecord } from "./functions/audit-record.ts";
import { CodeFunction, type CodeOptions } from "./functions/code-function.ts";
import { Consumer, type ProductCode } from "./functions/consumer.ts";
import { EntryFunction } from "./functions/entry-function.ts";
import { Hooks } from "./functions/hooks.ts";
import { Indexer } from "./functions/indexer.ts";
import { Intake } from "./functions/intake.ts";
import { Lifecycle } from "./functions/lifecycle.ts";
import { logGroupNames } from "./functions/log-group-names.ts";
import { jobsEnvironment, type Platform, queueUrls } from "./functions/platform.ts";
import { Pump } from "./functions/pump.ts";
import { Reconciler } from "./functions/reconciler.ts";
import { Relay } from "./functions/relay.ts";
import { SignIn } from "./functions/sign-in.ts";
import { Tasks } from "./functions/tasks.ts";
import { Webhooks } from "./functions/webhooks.ts";
import { JobsHttpApi } from "./http/http-api.ts";
import type { JobsState } from "./jobs-state.ts";
import { checkLimits } from "./limits.ts";
import { namedOutput } from "./named-output.ts";
import { fedQueue, JobQueue } from "./queues/job-queue.ts";
import { JobSchedules } from "./queues/job-schedules.ts";
import {
  accessTo,
  folders,
  noteUseOfApiKeys,
  readApiKey,
  readApiKeys,
  readApprovalKey,
  readDecidable,
  readSearch,
  signalsAccess,
  writeAudit,
} from "./trust/access.ts";
import { encryptWith } from "./trust/encrypt-with.ts";
import { AlarmTopic } from "./watching/alarm-topic.ts";
import { Alarms } from "./watching/alarms.ts";
import { MetricsDashboard } from "./watching/dashboard.ts";
import { monitoredIn } from "./watching/monitored.ts";

interface JobsServiceProps {
  config: Config;
  state: JobsState;
  products: readonly Product[];
  /** How the code of a product runs, by its tag. */
  code?: Readonly<Record<string, CodeOptions>> | undefined;
}

const quotaUnknown =
  "Many new AWS accounts run 10 functions at a time in a Region, which is too few: `ductape-jobs doctor` says how many yours runs and how to get more (docs/operations/deploy.md, step 1). Set jobs:accountConcurrency to that number, and requests that wait for jobs leave room for the jobs.";

/** Everything that works on the state and can be rebuilt at any time. */
export class JobsService extends Construct {
  readonly httpApi: JobsHttpApi;
  readonly intake: Intake;
  /** The functions with the code of the products that have any, by their tags. */
  readonly code: ReadonlyMap<string, CodeFunction>;
  /** Undefined where there are no alarms. */
  readonly alarmTopic: AlarmTopic | undefined;

  constructor(scope: Construct, id: string, { config, state, products, code = {} }: JobsServiceProps) {
    super(scope, id);

    const queues = this.queues();
    const schedules = new JobSchedules(this, "Schedules", { targets: byType((type) => queues[type].queue) });
    const ticks = new JobQueue(this, "Queue-pump", queuePlans.pump);
    const relays = new JobQueue(this, "Queue-relay", queuePlans.relay);
    const platform: Platform = { config, state, queues, ticks, relays, schedules, seals: products.some(sealsValues) };

    const ownCode = this.ownCode(products, code, platform);
    this.code = ownCode.functions;
    // Before the API, which names their logs. Of the API they know only its URL, below which people decide on approvals.
    const apiUrl = Lazy.string({ produce: () => this.httpApi.url });
    const consumers = byType(
      (type) =>
        new Consumer(this, `Consumer-${type}`, {
          definition: registry[type],
          platform,
          products,
          apiUrl,
          code: ownCode,
        }),
    );
    const webhooks = new Webhooks(this, "Webhooks", { config, state, products });
    const api = this.api(platform, consumers, products, webhooks.queue);
    const authorizer = config.auth === "key" ? this.authorizer(state) : undefined;
    const dashboard = config.dashboard ? this.page() : undefined;
    const approve = this.approve(platform);
    const hooks = products.some((product) => Object.keys(hooksOf(product)).length > 0)
      ? new Hooks(this, "Hooks", { platform, products }).lambda
      : undefined;
    const signIn =
      config.signIn && new SignIn(this, "SignIn", { signIn: config.signIn, state, products, apiUrl, config }).lambda;
    // Another construct id would replace the API, and with it the URL that callers know.
    this.httpApi = new JobsHttpApi(this, "Entrance", { api, authorizer, dashboard, approve, hooks, signIn, config });

    new Reconciler(this, "Reconciler", { platform, products, code: ownCode });
    new Pump(this, "Pump", platform);
    new Relay(this, "Relay", platform);
    if (config.auditLockDays) new AuditRecord(this, "AuditRecord", { state, days: config.auditLockDays });
    if (products.some(hasSearch)) new Indexer(this, "Indexer", { state, config });
    const tasks = new Tasks(this, "Tasks", platform);
    const outbound = { tasks: tasks.queue, webhooks: webhooks.queue, features: queues.feature.queue };
    new Lifecycle(this, "Lifecycle", {
      config,
      state,
      products,
      outbound,
      jobs: { queues, urls: queueUrls(platform) },
    });
    this.intake = new Intake(this, "Intake", { platform, products, tasks: tasks.queue });

    if (state.key) encryptWith(state.key, this);
    // Last, because it covers everything above.
    this.alarmTopic = this.monitor(platform);

    this.outputs(platform);
    checkLimits(this);
  }

  private outputs({ state, schedules, config }: Platform): void {
    const { httpApi, intake } = this;
    if (config.accountConcurrency === undefined) Annotations.of(this).addInfo(quotaUnknown);
    namedOutput(this, "ApiUrl", httpApi.url, "The URL of the API");
    const { auth, dashboard } = config;
    if (dashboard) namedOutput(this, "DashboardUrl", `${httpApi.url}/`, "The dashboard, which asks for an API key");
    if (auth === "key") namedOutput(this, "ApiKeySecret", state.apiKeyArn, "The secret that holds the first API key");
    else
      namedOutput(
        this,
        "ApiArn",
        httpApi.arn,
        "Callers that may execute-api:Invoke this ARN can use the API with signed requests",
      );
    if (httpApi.domain) {
      namedOutput(
        this,
        "DomainTarget",
        httpApi.domain.regionalDomainName,
        "The target for the DNS record of the API's own name",
      );
      namedOutput(
        this,
        "DomainZone",
        httpApi.domain.regionalHostedZoneId,
        "The hosted zone of that target, for an alias record",
      );
    }
    namedOutput(this, "TableName", state.table.tableName, "The table of jobs");
    namedOutput(
      this,
      "BucketName",
      state.bucket.bucketName,
      "The bucket of larger inputs and results, uploads and imports",
    );
    namedOutput(
      this,
      "EventBusName",
      state.bus.eventBusName,
      "The bus that receives an event for what happens to jobs",
    );
    namedOutput(
      this,
      "EventBusArn",
      state.bus.eventBusArn,
      `Events of detail-type ${requestEvent} on this bus are requests`,
    );
    namedOutput(this, "IntakeFunctionArn", intake.lambda.functionArn, "Schedules a job when invoked with a request");
    namedOutput(this, "IntakeQueueArn", state.intake.queue.queueArn, "Each message in this queue is a request");
    namedOutput(this, "IntakeQueueUrl", state.intake.queue.queueUrl, "The URL of that queue, to send messages to");
    namedOutput(
      this,
      "IntakeTopicArn",
      state.intake.topic.topicArn,
      "Each message published to this topic is a request",
    );
    const { queueUrl } = state.intake.deadLetters;
    namedOutput(this, "IntakeDeadLetterQueueUrl", queueUrl, "Refused requests, with the reason");
    const imports = `s3://${state.bucket.bucketName}/${importPrefix}`;
    namedOutput(this, "ImportUrl", imports, "Each line of an object put here is a request");
    namedOutput(this, "ScheduleGroup", schedules.group.scheduleGroupName, "The schedules of jobs that are due later");
    if (this.alarmTopic)
      namedOutput(this, "AlarmTopic", this.alarmTopic.topic.topicArn, "The topic that receives the alarms");
  }

  /** A function for each product that has code: one product's code has nothing of another's. */
  private ownCode(
    products: readonly Product[],
    options: Readonly<Record<string, CodeOptions>>,
    { state: { bucket }, queues }: Pick<Platform, "state" | "queues">,
  ): ProductCode {
    const { region, urlSuffix } = Stack.of(this);
    const codeFrom = `https://${bucket.bucketName}.s3.${region}.${urlSuffix}/${bundlesPrefix}`;
    const entries = codeEntriesOf(products);
    const missing = missingModules(entries, this.node.tryGetContext(catalogContext));
    if (missing.length > 0) {
      const lines = missing.map(({ pointer, detail }) => `${pointer}: ${detail}`);
      throw new SetupError("The catalog names code that does not exist:", lines);
    }
    const idle = Object.keys(options).filter((product) => !Object.hasOwn(entries, product));
    if (idle.length > 0)
      throw new SetupError("`code` names products that have no functions or features in code:", idle);
    const prefix = codePrefix(this);
    const shared = sharedNames(prefix, Object.keys(entries));
    if (shared.length > 0) throw new SetupError("Functions with the code of products would have one name:", shared);
    const answers =
      Object.keys(entries).length > 0
        ? fedQueue(this, "Queue-answers", queuePlans.answers, queues.function.deadLetters)
        : undefined;
    const functions = Object.entries(entries).map(([product, ones]) => {
      const props = {
        ...{ product, entries: ones, functionName: codeFunctionName(prefix, product), codeFrom },
        ...{ answers, options: options[product] },
      };
      return [product, new CodeFunction(this, `Code-${product}`, props)] as const;
    });
    return { prefix, functions: new Map(functions), answers };
  }

  private queues(): Record<JobType, JobQueue> {
    return byType((type) => new JobQueue(this, `Queue-${type}`, queuePlans[type]));
  }

  private api(platform: Platform, consumers: Record<JobType, Consumer>, products: readonly Product[], webhooks: Queue) {
    const may = accessTo(platform);
    const { config } = platform;
    const stack = Stack.of(this);
    const { lambda } = new EntryFunction<typeof ApiEnv>(this, "Api", {
      entry: "api",
      description: "The HTTP API",
      environment: {
        ...jobsEnvironment(platform),
        ...environmentOf("api", config),
        IMPORT_QUEUE_URL: platform.state.intake.imports.queueName,
        WEBHOOK_QUEUE_URL: webhooks.queueName,
        CONSUMER_MEMORY: JSON.stringify(config.ownMemory),
        LOG_GROUPS: logGroupNames(
          stack,
          byType((type) => consumers[type].logGroup),
        ),
      },
      ...(config.apiConcurrency !== undefined && { reservedConcurrentExecutions: config.apiConcurrency }),
      allow: [
        may.readJobs(),
        may.readManyJobs(),
        may.listJobs(),
        may.listRuns(),
        may.writeJobs(),
        may.writeManyJobs(),
        may.removeJobs(),
        may.readStatsErrorsAndLogs(),
        may.useEndpoints(),
        may.readPauses(),
        may.changePausesAndLeaveOperations(),
        // It shows who waits for what, takes jobs off lines, and pins other numbers, for which it wakes the lines.
        may.useGates(),
        may.seeLimitsAndDefinitions(),
        may.countAndChange(),
        may.tickBeginOperationsAndResend(webhooks),
        may.useSharedKeysSignalsAndApprovals(),
        // It clears cache tags, and says which run would answer a request.
        may.useResultCache(),
        // Whoever has an upload URL of the API uploads the file with the API's permissions.
        may.writeBlobs(folders.inputs, folders.uploads),
        // The input of a request whose job exists already, and the results of a job that is deleted.
        may.removeBlobs(folders.inputs, folders.results),
        // It shows the progress of features, the state of their steps, and inputs to keys that may see them.
        ...may.readBlobs(folders.results, folders.progress, folders.inputs),
        may.send(...jobTypes),
        ...may.schedule(...jobTypes),
        may.readDueCounts(),
        may.unschedule(),
        may.passSharedScheduleRole(),
        // It checks the tokens of requests that have a session.
        ...sessionGrants(stack, products),
        ...may.seal(),
        ...(products.some(hasSearch) ? [readSearch(platform.state)] : []),
      ],
    });
    return lambda;
  }

  private authorizer(state: JobsState) {
    const { lambda } = new EntryFunction<typeof AuthorizerEnv>(this, "Authorizer", {
      entry: "authorizer",
      description: "Checks the API keys of the HTTP API",
      environment: { TABLE_NAME: state.table.tableName, API_KEY_SECRET: state.apiKeyArn },
      allow: [readApiKey(state), readApiKeys(state), noteUseOfApiKeys(state)],
    });
    return lambda;
  }

  /** A function apart from the API: whoever comes here has no key, and may do less. */
  private approve({ state, queues, config }: Platform) {
    const { lambda } = new EntryFunction<typeof ApproveEnv>(this, "Approve", {
      entry: "approve",
      description: "Serves the pages at which people decide on approvals",
      environment: {
        TABLE_NAME: state.table.tableName,
        FEATURE_QUEUE_URL: queues.feature.queue.queueUrl,
        APPROVAL_SECRET: state.approvalKeyArn,
        AUDIT_DAYS: environmentOf("api", config).AUDIT_DAYS,
      },
      allow: [
        readApprovalKey(state),
        readDecidable(state),
        signalsAccess(state, "dynamodb:Query", "dynamodb:PutItem"),
        writeAudit(state),
        allow(["sqs:SendMessage"], [queues.feature.queue.queueArn]),
      ],
    });
    return lambda;
  }

  /** Without any permission: all that it serves is part of it. */
  private page() {
    const { lambda } = new EntryFunction<typeof DashboardEnv>(this, "Page", {
      entry: "dashboard",
      description: "Serves the dashboard",
      environment: { DASHBOARD_FOLDER: dashboardFolder.deployed },
      allow: [],
    });
    return lambda;
  }

  private monitor({ config, state, schedules }: Platform): AlarmTopic | undefined {
    const sources = { monitored: monitoredIn(this, state), httpApi: this.httpApi, schedules: schedules.group };
    new MetricsDashboard(this, "Dashboard", sources);
    if (config.alarms === false) return undefined;
    // Not "AlarmTopic": the output has that id.
    const topic = new AlarmTopic(this, "AlarmNotifications", { email: config.alarmEmail });
    new Alarms(this, "Alarms", { topic, level: config.alarms, ...sources });
    return topic;
  }
}

/** The checksum in a name that was cut is a short one, and can be that of another product. Deployed names cannot change any more. */
const sharedNames = (prefix: string, products: readonly string[]): string[] =>
  Object.entries(Object.groupBy(products, (product) => codeFunctionName(prefix, product)))
    .filter(([, tags = []]) => tags.length > 1)
    .map(
      ([name, tags = []]) =>
        `${tags.join(" and ")} would be ${name}: give one of them another tag, or deploy it on its own (docs/operations/quotas.md#many-products).`,
    );

const byType = <Value>(value: (type: JobType) => Value) =>
  Object.fromEntries(jobTypes.map((type) => [type, value(type)])) as Record<JobType, Value>;
