import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { endpointsOf } from "../../../lambdas/core/catalog/webhook.ts";
import type { JobEventName } from "../../../lambdas/core/job/job-event.ts";

/** What the bus or some endpoint of the catalog is told of. */
export const publishedEvents = (
  publish: readonly JobEventName[],
  products: readonly Product[],
): ReadonlySet<JobEventName> => new Set([...publish, ...endpointsOf(products).flatMap(({ events }) => events)]);

/** A pattern of an event source's filter; a record passes that fits one of them. */
export type Pattern = Record<string, unknown>;

/**
 * What wakes the lifecycle: a job that was stored or changed. Counters are items of the same table, and what expires is no
 * news unless it leaves blobs behind. That a job begins is told to nobody unless somebody asks for it, and is a third of all writes: then it is no reason
 * to be woken either. Without the CDK: what a job costs is counted with it.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
 */
export const streamFilter = (told: ReadonlySet<JobEventName>): Pattern[] =>
  told.has("started")
    ? [written("INSERT", "MODIFY"), ...leftBehind]
    : [
        written("INSERT"),
        // All changes but that from waiting to running, which is a claim and nothing else.
        withImage(written("MODIFY"), "NewImage", ["running"]),
        withImage(written("MODIFY"), "OldImage", ["scheduled", "queued"]),
        ...leftBehind,
      ];

const written = (...eventName: string[]) => ({ eventName, dynamodb: { Keys: { SK: { S: ["STATE"] } } } });

/** A job that is gone and has blobs, which are to go with it. Others that expire wake nobody. */
const leftBehind: Pattern[] = ["input", "progress"].map((field) => {
  const { eventName, dynamodb } = written("REMOVE");
  return { eventName, dynamodb: { ...dynamodb, OldImage: { [field]: { M: { blob: { S: [{ exists: true }] } } } } } };
});

/** Those of which one image has another status. */
const withImage = ({ eventName, dynamodb }: ReturnType<typeof written>, image: string, but: string[]): Pattern => ({
  eventName,
  dynamodb: { ...dynamodb, [image]: { status: { S: [{ "anything-but": but }] } } },
});
