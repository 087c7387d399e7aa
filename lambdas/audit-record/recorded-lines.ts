import type { DynamoDBRecord } from "aws-lambda";
import { auditEntryAttribute } from "../aws/dynamodb/audit.ts";
import type { RecordedLine } from "../core/access/audit-record.ts";
import { sortKey } from "../topology.ts";

const hows = { INSERT: "written", MODIFY: "changed", REMOVE: "removed" } as const;

/**
 * What a batch of the table's stream says of entries of the audit. DynamoDB itself removes those that have expired, which is no news.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
export const recordedLines = (records: readonly DynamoDBRecord[]): RecordedLine[] =>
  records.flatMap(({ eventName = "INSERT", dynamodb = {}, userIdentity }) => {
    const isExpiry = eventName === "REMOVE" && userIdentity?.principalId === "dynamodb.amazonaws.com";
    const image = dynamodb.NewImage ?? dynamodb.OldImage;
    const entry = image?.[auditEntryAttribute]?.S;
    const id = dynamodb.Keys?.[sortKey]?.S;
    return isExpiry || id === undefined ? [] : [{ how: hows[eventName], id, entry: entry ?? "" }];
  });
