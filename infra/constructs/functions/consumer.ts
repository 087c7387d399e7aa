import { Duration, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { ConsumerEnv } from "../../../lambdas/aws/start/env.ts";
import type { CheckedJobType, JobTypeDefinition, Product } from "../../../lambdas/core/catalog/job-type.ts";
import { type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import type { Capability } from "../../grants/capability.ts";
import { catalogGrants } from "../../grants/catalog-grants.ts";
import { accessTo, folders } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { jobsEnvironment, type Platform } from "./platform.ts";

/** Lambda ends a function after this at the latest. */
const longestTimeoutMs = 900_000;

/** Beyond the longest attempt: the wait for its time, which is 20 s at most, and the writing of its outcome. */
const timeoutMarginMs = 30_000;

/** The Lambda timeout of a type's consumer. */
export const consumerTimeout = ({ limits }: JobTypeDefinition): Duration =>
  Duration.seconds(Math.ceil(Math.min(limits.max_timeout_ms + timeoutMarginMs, longestTimeoutMs) / 1000));

/** What the executor of a type does with jobs and blobs beyond what the shell around all of them does. */
function executorAccess(type: JobType, platform: Platform): Capability[] {
  const may = accessTo(platform);
  switch (type) {
    case "storage":
      return [may.readBlobs(folders.uploads)];
    case "feature":
      // It makes its steps as the API makes jobs: records, dispatches, and takes back what AWS refuses. It reads what
      // they came to, and cancels those that are left when one has failed.
      return [
        may.readManyJobs(),
        may.removeJobs(),
        may.writeBlobs(folders.inputs),
        may.removeBlobs(folders.inputs),
        may.readBlobs(folders.results),
        may.unschedule(),
        may.passSharedScheduleRole(),
      ];
    default:
      return [];
  }
}

export interface ConsumerProps {
  definition: CheckedJobType;
  platform: Platform;
  products: readonly Product[];
}

/** The function that executes the jobs of one type, fed from the type's queue. */
export class Consumer extends Construct {
  constructor(scope: Construct, id: string, { definition, platform, products }: ConsumerProps) {
    super(scope, id);
    const { type } = definition;
    const { config, queues } = platform;
    const may = accessTo(platform);
    const consumer = new EntryFunction<typeof ConsumerEnv>(this, "Entry", {
      entry: `consumers/${type}`,
      description: `Executes the ${type} jobs`,
      environment: {
        ...jobsEnvironment(platform),
        LONGEST_WAIT_MS: String(config.longestWaitMs),
        MEMORY_MB: String(config.memory[type]),
      },
      timeout: consumerTimeout(definition),
      memorySize: config.memory[type],
      // Databases are where nobody else gets to; what the other types call is on the internet or an API of AWS.
      ...(type === "database_action" && config.network && { network: config.network }),
      // A run of a recurring job sends the next one's message, a failed attempt the next one's, an early message itself, and
      // a feature and its steps wake each other. What bounds them is in the job: retries, `limit`, `end_date`, a step's end.
      loops: true,
      allow: [
        may.readJobs(),
        may.claimJobs(),
        may.writeJobs(),
        may.readBlobs(folders.inputs, folders.progress),
        may.missBlobs(),
        may.writeBlobs(folders.results, folders.progress),
        // Early messages and retries go back to where they came from; a job that is a step wakes its feature; and a message
        // that came to the wrong queue goes on to its job's own.
        may.send(...jobTypes),
        may.schedule(),
        // Retries and next runs are of its own type; the steps of a feature are of any.
        may.passScheduleRoles(...(type === "feature" ? jobTypes : [type])),
        ...executorAccess(type, platform),
        ...catalogGrants(Stack.of(this), products, definition),
      ],
    });
    consumer.fedBy(queues[type].queue, config.maxConcurrency[type]);
  }
}
