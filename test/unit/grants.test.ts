import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { CreateScheduleCommand } from "@aws-sdk/client-scheduler";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "@jest/globals";
import { bucketName, queueName, tableName } from "../../local/runtime/names.ts";
import { callsOf } from "../grants/calls.ts";
import { refusedOf } from "../grants/granted.ts";

const TableName = tableName;

describe("the requests of npm run test:grants", () => {
  it.each<[string, string, object, string, string]>([
    [
      "an item by its key",
      "DynamoDBClient",
      new DeleteItemCommand({ TableName, Key: { PK: { S: "GATE#shop#dev" }, SK: { S: "x" } } }),
      "dynamodb:DeleteItem,GetItem Jobs if key = JOB#*, GATE#*",
      "dynamodb:DeleteItem Jobs if key = JOB#*",
    ],
    [
      "items of a transaction",
      "DynamoDBClient",
      new TransactWriteItemsCommand({
        TransactItems: [{ ConditionCheck: { TableName, Key: { PK: { S: "PAUSES" } }, ConditionExpression: "x = y" } }],
      }),
      "dynamodb:ConditionCheckItem Jobs if key = PAUSES",
      "dynamodb:GetItem,PutItem Jobs if key = PAUSES",
    ],
    [
      "items of a batch",
      "DynamoDBClient",
      new BatchWriteItemCommand({
        RequestItems: { [tableName]: [{ DeleteRequest: { Key: { PK: { S: "LOG#job_1" } } } }] },
      }),
      "dynamodb:BatchWriteItem Jobs if key = LOG#*",
      "dynamodb:BatchWriteItem Jobs if key = OPS",
    ],
    [
      "a partition that is read",
      "DynamoDBClient",
      new QueryCommand({
        TableName,
        KeyConditionExpression: "#pk = :pk AND SK > :sk",
        ExpressionAttributeValues: { ":sk": { S: "1" }, ":pk": { S: "AUDIT#a" } },
      }),
      "dynamodb:Query Jobs if key = AUDIT#*",
      "dynamodb:Query Jobs/index/by-phase",
    ],
    [
      "an index",
      "DynamoDBClient",
      new QueryCommand({ TableName, IndexName: "by-phase" }),
      "dynamodb:Query Jobs/index/by-phase",
      "dynamodb:Query Jobs if key = JOB#*",
    ],
    [
      "an object",
      "S3Client",
      new GetObjectCommand({ Bucket: bucketName, Key: "runs/job_1/2" }),
      "s3:GetObject,PutObject Payloads/runs/*",
      "s3:GetObject Payloads/results/*",
    ],
    [
      "messages",
      "SQSClient",
      new SendMessageBatchCommand({ QueueUrl: `http://127.0.0.1/0/${queueName("database_action")}`, Entries: [] }),
      "sqs:ReceiveMessage,SendMessage QueuedatabaseactionQueue",
      "sqs:SendMessage QueueactionQueue",
    ],
  ])("need a grant for %s", (_what, client, command, granted, other) => {
    const calls = callsOf(client, command as never);
    expect(calls).toHaveLength(1);
    expect(refusedOf([granted], calls)).toEqual([]);
    expect(refusedOf([other], calls)).toEqual(calls);
  });

  it("need the role that a schedule is handed", () => {
    const Target = { Arn: "queue", RoleArn: "arn:aws:iam::0:role/scheduler-database_action" };
    const command = new CreateScheduleCommand({ Name: "n", GroupName: "g", Target } as never);
    const calls = callsOf("SchedulerClient", command);
    const makes = "scheduler:CreateSchedule scheduler:schedule/job_*";
    const passes = (type: string) =>
      `iam:PassRole SchedulesRole${type} if iam:PassedToService = scheduler.amazonaws.com`;
    expect(refusedOf([makes, passes("databaseaction")], calls)).toEqual([]);
    expect(refusedOf([makes, passes("action")], calls)).toMatchObject([{ action: "iam:PassRole" }]);
  });

  it("that go to what jobs call are not looked at", () => {
    expect(callsOf("S3Client", new GetObjectCommand({ Bucket: "theirs", Key: "runs/a" }))).toEqual([]);
    expect(callsOf("DynamoDBClient", new DeleteItemCommand({ TableName: "theirs", Key: { id: { N: "1" } } }))).toEqual(
      [],
    );
    expect(
      callsOf("SQSClient", new SendMessageBatchCommand({ QueueUrl: "http://127.0.0.1/0/theirs", Entries: [] })),
    ).toEqual([]);
  });
});
