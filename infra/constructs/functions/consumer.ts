import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { ConsumerEnv } from "../../../lambdas/aws/start/env.ts";
import type { CheckedJobType, Product } from "../../../lambdas/core/catalog/job-type.ts";
import { reachOfType } from "../../../lambdas/core/catalog/reach.ts";
import type { JobType } from "../../../lambdas/core/job/job.ts";
import { consumerName } from "../../../lambdas/topology.ts";
import { allow, type Capability } from "../../grants/capability.ts";
import { catalogGrants } from "../../grants/catalog-grants.ts";
import { environmentOf } from "../../settings/config.ts";
import { queuePlans } from "../../settings/plans.ts";
import { accessTo, folders, readApprovalKey } from "../trust/access.ts";
import type { CodeFunction } from "./code-function.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";
import { publishedEvents } from "./stream-filter.ts";

/**
 * What the executor of a type does with jobs and blobs beyond what every consumer does. Also where the catalog deploys no feature in code: one may run
 * behind a server, and a run that began by an earlier catalog says that it waits.
 */
function executorAccess(type: JobType, platform: Platform): Capability[] {
  const may = accessTo(platform);
  switch (type) {
    case "storage":
      return may.readBlobs(folders.uploads);
    case "function":
      // A step of a feature in code reads the log of its run, and the code with which that began.
      return [may.readLogs(), ...may.readBlobs(folders.runs, folders.bundles)];
    case "feature":
      // It makes its steps as the API makes jobs: it records and dispatches them, and takes back what AWS refuses. It reads
      // their results, and cancels the remaining steps when one has failed. A run in code keeps what it has seen, and the code with which it began.
      return [
        may.readManyJobs(),
        may.removeJobs(),
        may.keepDefinitions(),
        may.awaitSignals(),
        may.keepLogs(),
        may.noteNeededCode(),
        ...may.readBlobs(folders.runs, folders.bundles),
        may.writeBlobs(folders.inputs, folders.runs, folders.bundles),
        may.removeBlobs(folders.inputs),
        may.unschedule(),
      ];
    default:
      return [];
  }
}

/**
 * What limits need of a consumer, also where the catalog has none any more: a job keeps those that its event had, and its slots and its place in
 * line. Whoever frees a slot reads the jobs that wait for it, and asks the pump where the next one is of another type; who stands in line for a
 * rate sets its pump going. Features have no limits, but their steps may.
 */
function limitsAccess(type: JobType, platform: Platform): Capability[] {
  const may = accessTo(platform);
  return type === "feature" ? [may.leaveLines()] : [may.useGates(), may.readPins(), may.readManyJobs(), may.tick()];
}

interface ConsumerProps {
  definition: CheckedJobType;
  platform: Platform;
  products: readonly Product[];
  /** The URL of the API, which is made later. */
  apiUrl: string;
  /** The team's own code, which jobs of functions call. */
  code: ProductCode;
}

/** The functions with the code of the products that have any. */
export interface ProductCode {
  /** What their names begin with. */
  prefix: string;
  functions: ReadonlyMap<string, CodeFunction>;
  /** Where the answers come that nobody waits for. Absent without code. */
  answers: Queue | undefined;
}

/** The functions with code that jobs of a type call. Steps of features that take long are jobs of functions. */
const calledBy = (type: JobType, { functions }: ProductCode): CodeFunction[] => {
  const all = [...functions.values()];
  if (type === "feature") return all.filter(({ sections }) => sections.has("features"));
  return type === "function" ? all : [];
};

/** A job calls the code of its product, and nothing else. */
function callsCode(type: JobType, code: ProductCode): Capability[] {
  const arns = calledBy(type, code).map(({ lambda }) => lambda.functionArn);
  return arns.length > 0 ? [allow(["lambda:InvokeFunction"], arns)] : [];
}

/** The function that executes the jobs of one type, fed from the type's queue. */
export class Consumer extends Construct {
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, { definition, platform, products, apiUrl, code }: ConsumerProps) {
    super(scope, id);
    const { type } = definition;
    const { config, queues } = platform;
    const may = accessTo(platform);
    const reach = reachOfType(type, products);
    const answers = type === "function" ? code.answers : undefined;
    // Retries and next runs are of the same type. Features schedule their steps.
    const schedules = type === "feature" ? reach : [type];
    const consumer = new EntryFunction<typeof ConsumerEnv>(this, "Entry", {
      entry: consumerName(type),
      description: `Executes ${type} jobs`,
      environment: {
        ...jobsEnvironment(platform),
        ...environmentOf("consumer", config),
        API_URL: apiUrl,
        APPROVAL_SECRET: platform.state.approvalKeyArn,
        MEMORY_MB: String(config.memory[type]),
        ...(calledBy(type, code).length > 0 && { CODE_PREFIX: code.prefix }),
        ...(answers && { CODE_ANSWER_QUEUE_URL: answers.queueUrl }),
        NOTE_WAITS: String(publishedEvents(config.publish, products).has("waiting")),
      },
      memorySize: config.memory[type],
      // Databases are often reachable from within a VPC only; what the other types call is on the internet or an AWS API.
      ...(type === "database_action" && config.network && { network: config.network }),
      // A run of a recurring job sends the message of the next run, a failed attempt that of the next attempt, an early message
      // sends itself again, and a feature and its steps wake each other. Retries, `limit`, `end_date` and the steps bound this.
      loops: true,
      allow: [
        may.readJobs(),
        may.claimJobs(),
        may.writeJobs(),
        may.readPauses(),
        // A job with a cache tag is answered with the result of an earlier run, which may be in the archive.
        may.useResultCache(),
        may.listRuns(),
        ...may.readBlobs(folders.inputs, folders.progress, folders.results),
        may.writeBlobs(folders.results, folders.progress),
        may.send(...reach),
        ...may.schedule(...schedules),
        ...executorAccess(type, platform),
        ...limitsAccess(type, platform),
        // A job of any type but feature may ask for a decision.
        ...(type === "feature" ? may.seal() : [readApprovalKey(platform.state)]),
        ...callsCode(type, code),
        ...catalogGrants(Stack.of(this), products, definition),
      ],
    });
    this.logGroup = consumer.lambda.logGroup;
    consumer.fedBy(queues[type].queue, {
      ...queuePlans[type],
      concurrency: config.maxConcurrency[type],
      batchSize: config.batchSize[type],
      pollers: config.pollers[type],
    });
    if (!answers) return;
    consumer.fedBy(answers, { ...queuePlans.answers, concurrency: config.maxConcurrency[type] });
    // It calls code without waiting once Lambda knows where the answers go.
    for (const { lambda } of code.functions.values()) consumer.lambda.node.addDependency(lambda);
  }
}
