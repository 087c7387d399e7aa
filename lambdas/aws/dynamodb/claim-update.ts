import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Claim } from "../../core/job/claim.ts";
import { type JobMessage, jobTypes } from "../../core/job/job.ts";
import { toAttributes } from "./attributes.ts";
import { itemKeyOf } from "./job-item.ts";

/** `claimable` as a condition, and `afterClaim` as an update. One table of cases is run on the rule and on this. */
const condition = [
  "#run = :run AND #attempt = :attempt AND #due_at = :due_at",
  "(#status IN (:scheduled, :queued) OR (#status = :running AND #lease_until < :now))",
  "(attribute_not_exists(#repeat) OR attribute_exists(#repeat.#cron) OR attribute_exists(#repeat.#every))",
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
  "repeat",
  "cron",
  "every",
  "type",
];

/** The conditional write that makes a consumer the owner of an attempt. It returns the whole job. */
export function claimUpdate(table: string, message: JobMessage, { claimId, now, leaseMarginMs, type }: Claim) {
  const types = Object.fromEntries((type === undefined ? jobTypes : [type]).map((one) => [`:${one}`, one]));
  return new UpdateItemCommand({
    TableName: table,
    Key: itemKeyOf(message.job_id),
    ConditionExpression: `${condition} AND #type IN (${Object.keys(types).join(", ")})`,
    UpdateExpression: update,
    ExpressionAttributeNames: Object.fromEntries(fields.map((field) => [`#${field}`, field])),
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
      ...types,
    }),
    ReturnValues: "ALL_NEW",
  });
}
