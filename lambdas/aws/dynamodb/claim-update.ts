import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Claim } from "../../core/job/claim.ts";
import type { JobMessage } from "../../core/job/job.ts";
import { toAttributes } from "./attributes.ts";
import { keyOf } from "./job-item.ts";

/** `claimable` in core/job/transitions.ts as a condition, and `claimed` as an update. The two files must change together. */
const condition = [
  "#run = :run AND #attempt = :attempt AND #due_at = :due_at",
  "(#status IN (:scheduled, :queued) OR (#status = :running AND #lease_until < :now))",
].join(" AND ");

const update = `SET ${[
  "#status = :running",
  "#claim_id = :claim_id",
  // The timeout is taken from the item, since the consumer has not read the job yet.
  "#lease_until = :lease_base + #timeout_ms",
  "#started_at = :now",
  "#claims = #claims + :one",
  "#version = #version + :one",
].join(", ")}`;

const ofType = `${condition} AND #type = :type`;

/** Every attribute has an alias, since several are among DynamoDB's many reserved words. */
const fields = [
  "run",
  "attempt",
  "due_at",
  "status",
  "lease_until",
  "claim_id",
  "timeout_ms",
  "started_at",
  "claims",
  "version",
];

/** The conditional write that makes a consumer the owner of an attempt. It returns the whole job. */
export function claimUpdate(table: string, message: JobMessage, { claimId, now, leaseMarginMs, type }: Claim) {
  return new UpdateItemCommand({
    TableName: table,
    Key: keyOf(message.job_id),
    ConditionExpression: type === undefined ? condition : ofType,
    UpdateExpression: update,
    ExpressionAttributeNames: Object.fromEntries(
      [...fields, ...(type === undefined ? [] : ["type"])].map((field) => [`#${field}`, field]),
    ),
    ExpressionAttributeValues: toAttributes({
      ":run": message.run,
      ":attempt": message.attempt,
      ":due_at": message.due_at,
      ":scheduled": "scheduled",
      ":queued": "queued",
      ":running": "running",
      ":now": now,
      ":claim_id": claimId,
      ":lease_base": now + leaseMarginMs,
      ":one": 1,
      ":type": type,
    }),
    ReturnValues: "ALL_NEW",
  });
}
