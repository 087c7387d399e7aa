import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { KeyHolder, SharedKey } from "../../core/job/shared-key.ts";
import type { RequestAnswer, SharedKeys } from "../../core/ports/shared-keys.ts";
import { partitionKey, sharedKeysPrefix, sortKey, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { type Attributes, toAttributes } from "./attributes.ts";
import { type Needed, readItem } from "./read-item.ts";

/**
 * The tags before the key contain no `#`, so the partition is unambiguous. Each key has its own partition, so that a busy
 * one holds up no other.
 */
const sharedItemKeyOf = ({ product, env, event, kind, key }: SharedKey) => ({
  [partitionKey]: `${sharedKeysPrefix}${product}#${env}#${event}#${kind}#${key}`,
  [sortKey]: "HOLDER",
});

const answerKeyOf = (id: string) => ({ [partitionKey]: `${sharedKeysPrefix}${id}`, [sortKey]: "ANSWER" });

const neededOfHolder = { job_id: "string", token: "string" } as const;
const neededOfAnswer = { job_id: "string", created_at: "number", fingerprint: "string" } as const;

const isJobCondition = (which: string) => `(job_id = :${which}_id AND created_at = :${which}_at)`;

/** Which job has which key: one small item per key, and one per request with an idempotency key. */
export function dynamoSharedKeys({ client, table }: { client: DynamoDBClient; table: string }): SharedKeys {
  async function read<T extends object>(key: object, needed: Needed<T>): Promise<T | undefined> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: toAttributes(key), ConsistentRead: true }),
    );
    return Item && readItem<T>(Item, { needed });
  }

  const put = (key: object, value: KeyHolder | RequestAnswer, until: number | undefined) => ({
    TableName: table,
    Item: {
      ...toAttributes({ ...value, ...key }),
      ...(until !== undefined && toAttributes({ [ttlAttribute]: Math.ceil(until / 1000) })),
    } satisfies Attributes,
  });

  return withClassifiedErrors<SharedKeys>({
    get: (key) => read<KeyHolder>(sharedItemKeyOf(key), neededOfHolder),

    async move(key, from, to, until) {
      const condition =
        from === undefined
          ? { ConditionExpression: "attribute_not_exists(PK)" }
          : {
              ConditionExpression: "#token = :from",
              ExpressionAttributeNames: { "#token": "token" },
              ExpressionAttributeValues: toAttributes({ ":from": from }),
            };
      try {
        await client.send(new PutItemCommand({ ...put(sharedItemKeyOf(key), to, until), ...condition }));
        return "moved";
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The SDK may have repeated a write of ours whose answer was lost: only we know its token.
        return (await read<KeyHolder>(sharedItemKeyOf(key), neededOfHolder))?.token === to.token ? "moved" : "lost";
      }
    },

    answer: (id) => read<RequestAnswer>(answerKeyOf(id), neededOfAnswer),

    async keepAnswer(id, answer, until, stale = answer) {
      const write = new PutItemCommand({
        ...put(answerKeyOf(id), answer, until),
        ConditionExpression: `attribute_not_exists(PK) OR ${isJobCondition("own")} OR ${isJobCondition("stale")}`,
        ExpressionAttributeValues: toAttributes({
          ":own_id": answer.job_id,
          ":own_at": answer.created_at,
          ":stale_id": stale.job_id,
          ":stale_at": stale.created_at,
        }),
      });
      try {
        await client.send(write);
        return "kept";
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return "lost";
        throw error;
      }
    },
  });
}
