import type { QueueName } from "../../lambdas/topology.ts";
import { bucketName, queueName, tableName } from "../../local/runtime/names.ts";

/** What a role has to allow for a request to AWS, in the words of the grants that security.md lists. */
export interface Call {
  action: string;
  on: string;
  /** The partition key of the item, if the action is one on items of the table. */
  key?: string;
}

interface Command {
  input: object;
}

type Input = Record<string, unknown>;

/** Ids, times and hashes differ from run to run, and no grant names one. */
const squashed = (text: string): string => text.replace(/[0-9a-f]{8,}(-[0-9a-f]+)*/g, (id) => "0".repeat(id.length));

const keyOf = (value: unknown): string => squashed(String((Object(value) as { S?: string }).S));

/** The calls of a request, as far as the deployment's own resources get it. What jobs call beside these is in the grants for their catalog. */
export function callsOf(client: string, command: Command): Call[] {
  const name = command.constructor.name.replace(/Command$/, "");
  const input = command.input as Input;
  if (/^Dynamo/.test(client)) return itemCalls(name, input);
  if (/^SQS/.test(client)) return queueCalls(name, input);
  if (/^S3/.test(client)) return input.Bucket === bucketName ? [objectCall(name, input)] : [];
  if (/^Scheduler/.test(client)) return scheduleCalls(name, input);
  return [];
}

type Keyed = { Key?: Input; Item?: Input };

function itemCalls(name: string, input: Input): Call[] {
  const one = (action: string, { Key, Item }: Keyed): Call => ({
    ...{ action: `dynamodb:${action}`, on: "Jobs" },
    key: keyOf((Key ?? Item)?.PK),
  });
  const { RequestItems = {}, TransactItems = [], TableName } = input;
  const { [tableName]: some } = RequestItems as Record<string, { Keys: Input[] } | Record<string, Keyed>[]>;
  if (some) {
    const items = Array.isArray(some) ? some.flatMap(Object.values<Keyed>) : some.Keys.map((Key) => ({ Key }));
    return items.map((item) => one(name, item));
  }
  const parts = (TransactItems as Record<string, Keyed & Input>[]).flatMap(Object.entries<Keyed & Input>);
  if (parts.length > 0)
    return parts.flatMap(([kind, part]) =>
      part.TableName === tableName ? [one(kind === "ConditionCheck" ? "ConditionCheckItem" : `${kind}Item`, part)] : [],
    );
  if (TableName !== tableName) return [];
  return [name === "Query" ? queryCall(input) : one(name, input)];
}

function queryCall({ IndexName, KeyConditionExpression, ExpressionAttributeValues }: Input): Call {
  if (IndexName !== undefined) return { action: "dynamodb:Query", on: `Jobs/index/${IndexName}` };
  const [, place = ""] = /=\s*(:\w+)/.exec(String(KeyConditionExpression)) ?? [];
  return { action: "dynamodb:Query", on: "Jobs", key: keyOf((ExpressionAttributeValues as Input)[place]) };
}

/** Queues of brokers in the catalog have other names. */
function queueCalls(name: string, { QueueUrl }: Input): Call[] {
  const [, queue] = String(QueueUrl).split(`/${queueName("" as QueueName)}`);
  return queue === undefined ? [] : [{ action: `sqs:${name.replace(/Batch$/, "")}`, on: queueIn(queue) }];
}

/** A queue by what its local name and its id in the stack have in common: `tasks-dlq` and `TasksQueueDeadLetters`. */
export const queueIn = (name: string): string =>
  name
    .toLowerCase()
    .replace(/-dlq$/, "deadletters")
    .replace(/queue|[_-]|^intake(?=imports)/g, "");

const objectCall = (name: string, { Key }: Input): Call => ({
  action: `s3:${name === "HeadObject" ? "GetObject" : name}`,
  on: `Payloads/${squashed(String(Key))}`,
});

/** Who makes a schedule hands it the role by which that sends to the queue of a type. */
function scheduleCalls(name: string, { Target }: Input): Call[] {
  const { RoleArn } = Object(Target) as { RoleArn?: string };
  const passes =
    RoleArn === undefined
      ? []
      : [{ action: "iam:PassRole", on: queueIn(`SchedulesRole${RoleArn.split("scheduler-")[1]}`) }];
  return [{ action: `scheduler:${name}`, on: "scheduler:schedule/job_0" }, ...passes];
}
