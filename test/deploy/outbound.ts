import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Webhook } from "standardwebhooks";
import { until } from "../support/local/until.ts";
import { listenOnBus, type Settings } from "./bus-listener.ts";
import type { Answer } from "./deployment.ts";
import { teams } from "./in-aws.ts";
import type { Received } from "./outside-world.ts";

const signingSecret = `whsec_${Buffer.from("the secret of the demo's webhook").toString("base64")}`;

/** The values behind the demo webhook's references: its URL and its signing secret. */
export async function storeWebhook(settings: Settings, url: string): Promise<void> {
  const SecretString = JSON.stringify({ secret: signingSecret });
  await new SecretsManagerClient(settings).send(new CreateSecretCommand({ Name: "my-product/webhook", SecretString }));
  const parameter = { Name: "/my-product/webhook-url", Value: `${url}/webhooks/orders`, Type: "String" } as const;
  await new SSMClient(settings).send(new PutParameterCommand(parameter));
}

interface System {
  settings(): Settings;
  /** `POST /v1/jobs` with `Prefer: wait`. */
  post(body: unknown): Promise<Answer>;
  /** `POST /v1/jobs/{id}/cancel`. */
  cancel(id: string): Promise<Answer>;
  received(method: string, path: string): Received[];
  /** `GET` of a path that needs no key. */
  open(path: string): Promise<Answer>;
  bus(): string;
}

const order = (customer: string, more: object = {}) => ({
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { params: { customer }, body: { sku: "A-1" } },
  start_at: 0,
  ...more,
});

/**
 * How the outside world learns of jobs. A state machine of the test's own requests each job by a message, and the test passes
 * it to the API as it came, including the token.
 */
export function describeOutbound({ settings, post, cancel, received, open, bus }: System): void {
  test("an event reaches a rule's target as the published schema describes it", async () => {
    const ofOurs = { source: ["ductape.jobs"], detail: { labels: ["described"] } };
    const listener = await listenOnBus(settings(), bus(), "described", ofOurs);
    const { body: job } = await post(order("described-1", { labels: ["described"] }));
    const event = await listener.until(({ detail }) => detail.job_id === job.job_id);
    const { body: schema } = await open("/events.json");
    const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema);
    validate(event);
    expect([event["detail-type"], validate.errors]).toEqual(["job.completed", null]);
  }, 60_000);

  describe("a webhook", () => {
    test("reaches its endpoint with a signature that the Standard Webhooks library verifies", async () => {
      const { body: job } = await post(order("webhook-1"));
      expect(job).toMatchObject({ status: "completed" });
      const isOfJob = ({ text }: Received) => text.includes(job.job_id);
      const sent = await until(() => received("POST", "/webhooks/orders").find(isOfJob), 30_000);
      const verified = new Webhook(signingSecret).verify(sent.text, sent.headers as Record<string, string>);
      expect(verified).toMatchObject({ type: "job.completed", data: { job_id: job.job_id, version: 3 } });
      expect(sent.headers["webhook-id"]).toMatch(/^evt_[0-9a-f]{32}$/);
    }, 60_000);
  });

  describe("a task of Step Functions", () => {
    let machine: Machine;
    beforeAll(async () => {
      machine = await makeMachine(settings());
    }, 30_000);

    test("gets the result of its job, also when the request is repeated", async () => {
      const key = { idempotency_key: "execution-1" };
      const first = await machine.start(order("sfn-1", key));
      const { body: job } = await post(await machine.asked());
      expect(job).toMatchObject({ status: "completed" });
      const result = { status: "SUCCEEDED", output: expect.stringContaining(job.job_id) };
      const ended = await machine.ended(first);
      expect(ended).toMatchObject(result);
      expect(JSON.parse(ended.output ?? "")).toMatchObject({ status: "completed", result: { body: { order_id: 42 } } });

      const again = await machine.start(order("sfn-1", key));
      expect((await post(await machine.asked())).body.job_id).toBe(job.job_id);
      expect(await machine.ended(again)).toMatchObject(result);
      expect(received("POST", "/orders/sfn-1")).toHaveLength(1);
    }, 90_000);

    test("fails with the job's code, or with CANCELLED if the job was cancelled", async () => {
      const failing = await machine.start(order("refused", { env: "dev" }));
      expect((await post(await machine.asked())).body).toMatchObject({ status: "failed" });
      expect(await machine.ended(failing)).toMatchObject({ status: "FAILED", error: "VALIDATION_ERROR" });

      const waiting = await machine.start(order("sfn-3", { start_at: Date.now() + 600_000 }));
      const { body: job } = await post(await machine.asked());
      expect(await cancel(job.job_id)).toMatchObject({ status: 200 });
      expect(await machine.ended(waiting)).toMatchObject({ status: "FAILED", error: "CANCELLED" });
    }, 90_000);
  });
}

type Machine = Awaited<ReturnType<typeof makeMachine>>;

/** A state machine whose only state sends a request to a queue and waits for the job. */
async function makeMachine(settings: Settings) {
  const [sfn, sqs] = [new SFNClient(settings), new SQSClient(settings)];
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: teams.requests }));
  const state = {
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Parameters: { QueueUrl, MessageBody: { "request.$": "$", "token.$": "$$.Task.Token" } },
    TimeoutSeconds: 60,
    End: true,
  };
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({
      name: "waits-for-jobs",
      definition: JSON.stringify({ StartAt: "Job", States: { Job: state } }),
      roleArn: `arn:aws:iam::000000000000:role/${teams.stateMachineRole}`,
    }),
  );
  return {
    async start(request: object): Promise<string> {
      const started = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(request) });
      return (await sfn.send(started)).executionArn as string;
    },
    /** The request that the state has sent, with its token. */
    async asked(): Promise<Record<string, unknown>> {
      const message = await until(async () => {
        const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 });
        return (await sqs.send(receive)).Messages?.[0];
      }, 20_000);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      const { request, token } = JSON.parse(message.Body ?? "");
      return { ...request, task_token: token };
    },
    ended: (executionArn: string): Promise<DescribeExecutionOutput> =>
      until(async () => {
        const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        return execution.status !== "RUNNING" && execution;
      }, 40_000),
  };
}
