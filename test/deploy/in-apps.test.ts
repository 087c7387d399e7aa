import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { apiClient, deployApp, type Outputs } from "./deployment.ts";
import { credentials, type Ministack, region, startMinistack } from "./ministack.ts";
import { type OutsideWorld, startOutsideWorld } from "./outside-world.ts";

let ministack: Ministack;
let outside: OutsideWorld;
let stacks: Record<string, Record<string, string>>;

const clientOptions = () => ({ endpoint: ministack.endpoint, region, credentials });

beforeAll(async () => {
  outside = await startOutsideWorld();
  ministack = await startMinistack();
  const parameter = { Name: "/small/shop-url", Value: outside.url, Type: "String" } as const;
  await new SSMClient(clientOptions()).send(new PutParameterCommand(parameter));
  stacks = await deployApp(ministack, "test/deploy/in-apps.ts");
}, 300_000);

afterAll(async () => {
  await ministack?.stop();
  await outside?.stop();
}, 30_000);

const order = (customer: string) => ({
  env: "prd",
  product_tag: "small",
  event: "order",
  input: { params: { customer }, body: {} },
  start_at: 0,
});

/** The outputs of a deployment in a stack, by what its names begin with. */
const outputsOf = (stack: string, start: RegExp) =>
  Object.fromEntries(Object.entries(stacks[stack] ?? {}).map(([name, value]) => [name.replace(start, ""), value]));

test.each([
  ["the first in a stack, with the key and the network of the app", "Team", /^MyJobs(?![0-9a-f]{8}[A-Z])/, "ann"],
  ["the second in that stack, whose id has the same letters", "Team", /^MyJobs[0-9a-f]{8}/, "bob"],
  ["one in a nested stack", "Parent", /^/, "cleo"],
  ["one beside the stack of its state", "Apart", /^Jobs/, "dora"],
])("%s runs jobs", async (_name, stack, start, customer) => {
  const { ApiUrl = "", ApiKeySecret } = outputsOf(stack, start);
  const secret = new GetSecretValueCommand({ SecretId: ApiKeySecret });
  const { SecretString: key } = await new SecretsManagerClient(clientOptions()).send(secret);
  const call = apiClient({ ApiUrl } as Outputs, ministack);
  const { body } = await call("POST", "/v1/jobs", { key, body: order(customer), headers: { prefer: "wait=20" } });
  expect(body).toMatchObject({ status: "completed", result: { status: 201 } });
  expect(outside.received("POST", `/orders/${customer}`)).toHaveLength(1);
});

test("a request to the intake becomes a job, whose end reaches another stack's queue", async () => {
  const sqs = new SQSClient(clientOptions());
  const { IntakeQueueUrl } = outputsOf("Apart", /^Jobs/);
  await sqs.send(new SendMessageCommand({ QueueUrl: IntakeQueueUrl, MessageBody: JSON.stringify(order("emil")) }));
  const heard: string[] = [];
  while (heard.length < 2) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: stacks.Other?.HeardUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 }),
    );
    heard.push(...Messages.map(({ Body = "" }) => JSON.parse(Body)["detail-type"]));
  }
  expect(new Set(heard)).toEqual(new Set(["job.completed"]));
  expect(outside.received("POST", "/orders/emil")).toHaveLength(1);
}, 60_000);
