import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateScheduleGroupCommand,
  GetScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { queueName, queuesAt, typeOfQueue } from "../../../bench/support/aws.ts";
import { type JobMessage, type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import { newTable } from "../../../local/servers/dynamodb.ts";
import { settings } from "../../support/aws/client-settings.ts";
import type { Schedule } from "../../support/fakes/scheduler.ts";

/** The address of moto (server.py), which main.ts starts. */
export const endpoint = process.env.MOTO_URL ?? "";
const at = { ...settings, endpoint };

/** A new table for each suite, as infra declares it. */
export async function table() {
  const client = new DynamoDBClient(at);
  const name = `jobs-${crypto.randomUUID()}`;
  await client.send(newTable(name));
  return { client, table: name, stop: async () => client.destroy() };
}

/** One queue per job type, each with a name that no other suite uses. */
export async function queues() {
  const client = new SQSClient(at);
  const suffix = crypto.randomUUID();
  const named = (type: JobType) => `${queueName(type)}-${suffix}`;
  const made = await Promise.all(
    jobTypes.map(async (type) => {
      const { QueueUrl: url = "" } = await client.send(new CreateQueueCommand({ QueueName: named(type) }));
      return [type, { url, arn: queuesAt(endpoint)[type].arn }] as const;
    }),
  );
  return {
    client,
    queues: Object.fromEntries(made) as ReturnType<typeof queuesAt>,
    async held(type: JobType) {
      const response = await fetch(`${endpoint}/held/${named(type)}`);
      const { ready, delayed } = (await response.json()) as { ready: string[]; delayed: string[] };
      return { ready: ready.map(parsed), delayed: delayed.map(parsed) };
    },
    stop: async () => client.destroy(),
  };
}

const parsed = (body: string): JobMessage => JSON.parse(body);

export async function bucket() {
  const client = new S3Client({ ...at, forcePathStyle: true });
  const name = `blobs-${crypto.randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return { client, bucket: name, stop: async () => client.destroy() };
}

export async function schedules() {
  const client = new SchedulerClient(at);
  const group = `jobs-${crypto.randomUUID()}`;
  await client.send(new CreateScheduleGroupCommand({ Name: group }));
  return {
    client,
    group,
    async find(name: string): Promise<Schedule | undefined> {
      const found = await client
        .send(new GetScheduleCommand({ GroupName: group, Name: name }))
        .catch((error: unknown) => {
          if (error instanceof ResourceNotFoundException) return undefined;
          throw error;
        });
      if (!found) return undefined;
      const time = /^at\((.*)\)$/.exec(found.ScheduleExpression ?? "")?.[1];
      return {
        at: Date.parse(`${time}Z`) / 1000,
        type: typeOfQueue(found.Target?.Arn ?? ""),
        message: JSON.parse(found.Target?.Input ?? ""),
      };
    },
    stop: async () => client.destroy(),
  };
}

export async function references(secrets: Record<string, string>, parameters: Record<string, string>) {
  const [secretsManager, ssm] = [new SecretsManagerClient(at), new SSMClient(at)];
  for (const [Name, SecretString] of Object.entries(secrets)) {
    await secretsManager.send(new CreateSecretCommand({ Name, SecretString }));
  }
  for (const [Name, Value] of Object.entries(parameters)) {
    await ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString" }));
  }
  return {
    secretsManager,
    ssm,
    async stop() {
      secretsManager.destroy();
      ssm.destroy();
    },
  };
}
