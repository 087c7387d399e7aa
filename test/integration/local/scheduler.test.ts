import { join } from "node:path";
import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
  ValidationException,
} from "@aws-sdk/client-scheduler";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { credentials } from "../../../local/runtime/credentials.ts";
import { queueArn } from "../../../local/runtime/names.ts";
import { type SchedulerStandIn, startScheduler } from "../../../local/scheduler/scheduler.ts";
import { type SqsAndS3, startSqsAndS3 } from "../../../local/servers/sqs-s3.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

const folder = tempFolder();
let servers: SqsAndS3;
let sqs: SQSClient;
let standIn: SchedulerStandIn;
let client: SchedulerClient;
let lateness = 0;
let name: string;

const start = async () => {
  standIn = await startScheduler({
    file: join(folder, "schedules.db"),
    sqs,
    queueUrl: servers.queueUrl,
    lateness: () => lateness,
  });
  client = new SchedulerClient({ endpoint: standIn.url, ...credentials });
};
const stop = async () => {
  client.destroy();
  await standIn.close();
};

beforeAll(async () => {
  const queues = ["target", "dead"].map((queue) => ({ name: queue, attributes: {} }));
  servers = await startSqsAndS3(join(folder, "sqs"), queues);
  sqs = new SQSClient({ endpoint: servers.url, ...credentials });
  await start();
});
afterAll(async () => {
  await stop();
  sqs.destroy();
  await servers.close();
});
beforeEach(() => {
  lateness = 0;
  name = `job-${crypto.randomUUID()}`;
});

const at = (ms: number) => `at(${new Date(ms).toISOString().slice(0, 19)})`;
const aSchedule = (overrides: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name: name,
  GroupName: "jobs",
  ScheduleExpression: at(Date.now() + 3_600_000),
  ScheduleExpressionTimezone: "UTC",
  FlexibleTimeWindow: { Mode: "OFF" },
  ActionAfterCompletion: "DELETE",
  Target: { Arn: queueArn("target"), RoleArn: "arn:aws:iam::000000000000:role/r", Input: name },
  ...overrides,
});
const create = (overrides?: Partial<CreateScheduleCommandInput>) =>
  client.send(new CreateScheduleCommand(aSchedule(overrides)));
const get = () => client.send(new GetScheduleCommand({ Name: name, GroupName: "jobs" }));
const receive = async (queue: string, seconds = 3) => {
  const QueueUrl = servers.queueUrl(queue);
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: seconds }));
  return Messages?.[0]?.Body;
};

test("a schedule delivers its input at its time and then disappears", async () => {
  await create({ ScheduleExpression: at(Date.now() + 1000) });
  expect(await receive("target")).toBe(name);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await expect(get()).rejects.toBeInstanceOf(ResourceNotFoundException);
});

test("a schedule may fire late, as it may in AWS", async () => {
  lateness = 60_000;
  await create({ ScheduleExpression: at(Date.now()) });
  expect(await receive("target", 1)).toBeUndefined();
  expect((await get()).State).toBe("ENABLED");
});

test("a schedule that fell due while the Scheduler was down fires at the next start", async () => {
  // Schedules have whole seconds, and a busy machine may take one to stop.
  await create({ ScheduleExpression: at(Date.now() + 3000) });
  await stop();
  await new Promise((resolve) => setTimeout(resolve, 3200));
  expect(await receive("target", 0)).toBeUndefined();
  await start();
  expect(await receive("target")).toBe(name);
});

test("an undeliverable schedule goes to the dead-letter queue", async () => {
  const target = aSchedule().Target as NonNullable<CreateScheduleCommandInput["Target"]>;
  const Target = { ...target, Arn: queueArn("nowhere"), DeadLetterConfig: { Arn: queueArn("dead") } };
  await create({ ScheduleExpression: at(Date.now()), Target });
  expect(await receive("dead")).toBe(name);
});

test("a schedule can be read, moved and deleted", async () => {
  await create();
  const later = at(Date.now() + 7_200_000);
  await client.send(new UpdateScheduleCommand(aSchedule({ ScheduleExpression: later })));
  expect(await get()).toMatchObject({ Name: name, GroupName: "jobs", ScheduleExpression: later });
  await client.send(new DeleteScheduleCommand({ Name: name, GroupName: "jobs" }));
  await expect(get()).rejects.toBeInstanceOf(ResourceNotFoundException);
});

test("schedules are listed by group and prefix, page by page", async () => {
  for (const end of ["a", "b", "c"]) await create({ Name: `${name.slice(0, 30)}-${end}`, GroupName: "listed" });
  const query = { GroupName: "listed", NamePrefix: name.slice(0, 30), MaxResults: 2 };
  const first = await client.send(new ListSchedulesCommand(query));
  const second = await client.send(new ListSchedulesCommand({ ...query, NextToken: first.NextToken }));
  expect([...(first.Schedules ?? []), ...(second.Schedules ?? [])].map((one) => one.Name?.slice(-1))).toEqual([
    "a",
    "b",
    "c",
  ]);
  expect(second.NextToken).toBeUndefined();
});

test("the name of a schedule may be reused only with the same client token", async () => {
  const { ScheduleArn } = await create({ ClientToken: "once" });
  expect((await create({ ClientToken: "once" })).ScheduleArn).toBe(ScheduleArn);
  await expect(create()).rejects.toBeInstanceOf(ConflictException);
});

test.each([
  ["an expression that is no time", { ScheduleExpression: "at(tomorrow)" }],
  ["a day that does not exist", { ScheduleExpression: "at(2030-02-30T00:00:00)" }],
  ["a repetition, which we never ask for", { ScheduleExpression: "rate(1 hour)" }],
  ["a timezone that we never ask for", { ScheduleExpressionTimezone: "Europe/Paris" }],
  ["a name with other characters", { Name: "a b" }],
])("a schedule with %s is invalid", async (_what, overrides) => {
  await expect(create(overrides)).rejects.toBeInstanceOf(ValidationException);
});

test("deleting an unknown schedule returns that there is none", async () => {
  const deletion = client.send(new DeleteScheduleCommand({ Name: name, GroupName: "jobs" }));
  await expect(deletion).rejects.toBeInstanceOf(ResourceNotFoundException);
});
