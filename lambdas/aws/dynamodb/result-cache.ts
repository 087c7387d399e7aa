import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Cached, type CachedRun, type CacheKey, type CacheTag, cacheTtl } from "../../core/job/result-cache.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import type { ResultCache } from "../../core/ports/result-cache.ts";
import { partitionKey, resultCachePrefix, sortKey, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { type Codec, readItem } from "./read-item.ts";

const runCodec: Codec<CachedRun> = {
  needed: { job_id: "string", run: "number", created_at: "number", started_at: "number", until: "number" },
};
type Cleared = Required<Pick<Cached, "cleared_at">>;

/** Products and envs have no `#`. Entries and tags have different sort keys, so a tag that looks like a hash is none. */
const cachedKey = ({ product, env, hash }: CacheKey) => ({
  [partitionKey]: `${resultCachePrefix}${product}#${env}#${hash}`,
  [sortKey]: "ENTRY",
});
const tagKey = ({ product, env, tag }: CacheTag) => ({
  [partitionKey]: `${resultCachePrefix}${product}#${env}#${tag}`,
  [sortKey]: "CLEARED",
});

const isEntry = (item: Item): boolean => item[sortKey]?.S === "ENTRY";

/** A small item per key, which is not in a partition of its tag so that a busy tag is not slow; and one per tag that was cleared. */
export function dynamoResultCache({ client, table }: { client: DynamoDBClient; table: string }): ResultCache {
  return withClassifiedErrors<ResultCache>({
    async find(key) {
      const Keys = [toAttributes(cachedKey(key)), toAttributes(tagKey(key))];
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
      );
      if (UnprocessedKeys?.[table])
        throw new TransientError("THROTTLED", "the cache of results could not be read whole");
      const items = Responses?.[table] ?? [];
      const [entry, cleared] = [items.find(isEntry), items.find((item) => !isEntry(item))];
      return {
        ...(entry && { run: readItem(entry, runCodec) }),
        ...(cleared && { cleared_at: readItem<Cleared>(cleared, { needed: { cleared_at: "number" } }).cleared_at }),
      };
    },

    async keep(key, run) {
      const Item = toAttributes({ ...run, ...cachedKey(key), [ttlAttribute]: Math.ceil(run.until / 1000) });
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async clear(tag, at) {
      // As long as any result of the tag may be kept.
      const expires = Math.ceil((at + cacheTtl.most) / 1000) + daySeconds;
      const put = new PutItemCommand({
        TableName: table,
        Item: toAttributes({ ...tagKey(tag), cleared_at: at, [ttlAttribute]: expires }),
        ConditionExpression: "attribute_not_exists(PK) OR cleared_at < :at",
        ExpressionAttributeValues: toAttributes({ ":at": at }),
      });
      await client.send(put).catch((error) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      });
    },
  });
}

const daySeconds = 24 * 3600;
