import { FilterCriteria, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { IndexerEnv } from "../../../lambdas/aws/start/env.ts";
import { stream } from "../../../lambdas/topology.ts";
import { acknowledge } from "../../grants/acknowledge.ts";
import { allow } from "../../grants/capability.ts";
import { type Config, environmentOf } from "../../settings/config.ts";
import type { JobsState } from "../jobs-state.ts";
import { writeSearch } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { anyStream, readStream } from "./read-stream.ts";
import { searchedFilter } from "./stream-filter.ts";

/** Keeps the index by which jobs are found. It is apart from the lifecycle function, so that neither holds up the other. */
export class Indexer extends Construct {
  constructor(scope: Construct, id: string, { state, config }: { state: JobsState; config: Config }) {
    super(scope, id);
    const eventSourceArn = state.table.tableStreamArn as string;
    const { RETENTION_DAYS } = environmentOf("jobs", config);
    const { lambda } = new EntryFunction<typeof IndexerEnv>(this, "Entry", {
      entry: "indexer",
      description: "Keeps the index by which jobs are found",
      environment: { TABLE_NAME: state.table.tableName, RETENTION_DAYS },
      allow: [
        allow(readStream, [eventSourceArn]),
        allow(["dynamodb:ListStreams"], ["*"], anyStream),
        writeSearch(state),
      ],
    });
    lambda.addEventSourceMapping("Stream", {
      eventSourceArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: searchedFilter.map((pattern) => FilterCriteria.filter(pattern)),
      batchSize: stream.batchSize,
      maxBatchingWindow: Duration.seconds(stream.windowSeconds),
      bisectBatchOnError: true,
      // What cannot be put at all is logged by the function, so that only a table without capacity refuses entries: they are tried for as
      // long as the stream has them.
      retryAttempts: 10_000,
      maxRecordAge: Duration.hours(24),
    });
    acknowledge(lambda, {
      "Serverless-LambdaEventSourceMappingDestination":
        "A batch that cannot be put is tried until the stream forgets it. Without its entries a job is found by its id and its keys, and by its values from a later change of them on.",
    });
  }
}
