import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { endpointsOf } from "../../../lambdas/core/catalog/webhook.ts";
import type { JobEventName } from "../../../lambdas/core/job/job-event.ts";
import { inputField, jobSortKey, signalSortKey, sortKey, typesWithInputOnly } from "../../../lambdas/topology.ts";

/** The transitions that are published to the bus or to some webhook of the catalog. */
export const publishedEvents = (
  publish: readonly JobEventName[],
  products: readonly Product[],
): ReadonlySet<JobEventName> => new Set([...publish, ...endpointsOf(products).flatMap(({ events }) => events)]);

/** A pattern of an event source's filter. A record passes if it matches one of them. */
export type Pattern = Record<string, unknown>;

/**
 * Which stream records invoke the lifecycle function: those of jobs that were stored or changed. Counters are items of the same
 * table and do not match, and an item that expires matches only if it may leave something behind. A start of a job is published only
 * on request and is a third of all writes, so unless it is published it does not invoke the function. Free of CDK, because the
 * cost benchmark uses it.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
 */
export const streamFilter = (published: ReadonlySet<JobEventName>): Pattern[] =>
  published.has("started")
    ? [inserted, written("MODIFY"), ...leftBehind]
    : [
        inserted,
        // Every change but that from waiting to running, which is a claim and nothing else.
        withImage(written("MODIFY"), "NewImage", ["running"]),
        withImage(written("MODIFY"), "OldImage", ["scheduled", "queued"]),
        ...leftBehind,
      ];

const written = (...eventName: string[]) => ({
  eventName,
  dynamodb: { Keys: { [sortKey]: { S: [jobSortKey] } } },
});

/** A new job, or a message to runs that wait, which are woken here if its sender could not. */
const inserted = {
  eventName: ["INSERT"],
  dynamodb: { Keys: { [sortKey]: { S: [jobSortKey, { prefix: signalSortKey }] } } },
};

/** A deleted job that may leave something behind, which is to be deleted with it. */
const leftBehind: Pattern[] = [
  { [inputField]: { M: { blob: { S: [{ exists: true }] } } } },
  { type: { S: [{ "anything-but": typesWithInputOnly }] } },
].map((OldImage) => {
  const { eventName, dynamodb } = written("REMOVE");
  return { eventName, dynamodb: { ...dynamodb, OldImage } };
});

/** Records of which one image has a status other than these. */
const withImage = (
  { eventName, dynamodb }: ReturnType<typeof written>,
  image: string,
  otherThan: readonly string[],
): Pattern => ({
  eventName,
  dynamodb: { ...dynamodb, [image]: { status: { S: [{ "anything-but": otherThan }] } } },
});

/**
 * Which stream records invoke the indexer: those of jobs that are found by values, but not their claims, nor anything of a running job, whose
 * values are taken when its attempt ends. A job without values costs nothing.
 */
export const searchedFilter: Pattern[] = [
  {
    eventName: ["INSERT", "MODIFY"],
    dynamodb: {
      Keys: { [sortKey]: { S: [jobSortKey] } },
      NewImage: { search: { M: { rev: { S: [{ exists: true }] } } }, status: { S: [{ "anything-but": ["running"] }] } },
    },
  },
];
