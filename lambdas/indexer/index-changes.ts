import type { DynamoDBRecord } from "aws-lambda";
import { type Item, jobFrom } from "../aws/dynamodb/job-item.ts";
import { addedEntries, type SearchEntry } from "../core/job/search-entries.ts";
import { PermanentError, traceOf } from "../core/kernel/errors.ts";
import type { Log } from "../core/ports/log.ts";
import type { SearchIndex } from "../core/ports/search-index.ts";
import { partitionKey } from "../topology.ts";

interface IndexServices {
  index: Pick<SearchIndex, "put">;
  /** How many days a finished job is kept. */
  retentionDays: number;
  log: Log;
}

/**
 * Puts the entries that a batch of the table's stream adds. Throws if AWS refuses some for now: the whole batch comes again, and entries that
 * are put twice are the same. What can never be read or put is logged, and holds up no other job.
 */
export async function indexChanges(services: IndexServices, records: readonly DynamoDBRecord[]): Promise<void> {
  const { index, log } = services;
  const entries = records.flatMap((record) => searchEntriesIn(services, record));
  if (entries.length === 0) return;
  const refused = await index.put(withoutRepetitions(entries));
  const again = refused.find(({ cause }) => !(cause instanceof PermanentError));
  if (again) throw again.cause;
  for (const { cause } of refused) log.error("an entry of the search was refused", traceOf(cause));
}

function searchEntriesIn({ retentionDays, log }: IndexServices, { dynamodb = {} }: DynamoDBRecord): SearchEntry[] {
  const { Keys, OldImage, NewImage } = dynamodb;
  if (!NewImage?.search) return [];
  try {
    const before = OldImage && jobFrom(OldImage as Item);
    return addedEntries(before, jobFrom(NewImage as Item), retentionDays);
  } catch (error) {
    log.error("a job could not be indexed", { key: Keys?.[partitionKey]?.S, ...traceOf(error) });
    return [];
  }
}

/** DynamoDB refuses a request that names a key twice: the last one of several counts, whose time is the latest. */
const withoutRepetitions = (entries: readonly SearchEntry[]): SearchEntry[] => [
  ...new Map(entries.map(({ until, ...key }) => [JSON.stringify(key), { ...key, until }])).values(),
];
