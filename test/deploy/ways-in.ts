import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { derivedJobId } from "../../lambdas/core/job/job-id.ts";
import { type BusListener, listenOnBus, type Settings } from "./bus-listener.ts";
import type { Answer, Outputs } from "./deployment.ts";
import { teams } from "./in-aws.ts";

interface System {
  settings(): Settings;
  outputs(): Outputs;
  /** A job once it has finished. */
  job(id: string): Promise<Answer["body"]>;
}

/** A request that doubles a number; its label identifies the events of its job. */
const double = (label: string, n: unknown = 21, more: Record<string, unknown> = {}) => ({
  env: "prd",
  product_tag: "in-aws",
  event: "double",
  input: { payload: { n } },
  start_at: 0,
  labels: [label],
  ...more,
});
const bad = (more: Record<string, unknown> = {}) => ({ ...double("bad"), input: { paylod: "s3cret" }, ...more });

/** Every way in of docs/aws-triggers.md that the emulator supports, from the sender to the event on the bus. */
export function describeWaysIn({ settings, outputs, job }: System): void {
  describe("a request of another AWS service", () => {
    let bus: BusListener;
    beforeAll(async () => {
      bus = await listenOnBus(settings(), outputs().EventBusName, "ways-in", { source: ["ductape.jobs"] });
    }, 30_000);

    const completed = async (label: string) => {
      const event = await bus.until((one) => one["detail-type"] === "job.completed" && hasLabel(one.detail, label));
      const found = await job(event.detail.job_id as string);
      expect(found).toMatchObject({ status: "completed", result: { doubled: 42 }, labels: [label] });
      return found.job_id as string;
    };
    const rejected = (message_id: string) =>
      bus.until(({ "detail-type": type, detail }) => type === "job.rejected" && detail.message_id === message_id);
    const named = (key: string) => derivedJobId("in-aws", "prd", key);
    const invoke = (payload: unknown, InvocationType: "Event" | "RequestResponse" = "RequestResponse") => {
      const FunctionName = outputs().IntakeFunctionArn;
      return new LambdaClient(settings()).send(
        new InvokeCommand({ FunctionName, InvocationType, Payload: JSON.stringify(payload) }),
      );
    };
    const send = (body: string) =>
      new SQSClient(settings()).send(
        new SendMessageCommand({ QueueUrl: outputs().IntakeQueueUrl, MessageBody: body, MessageGroupId: "in-aws:prd" }),
      );

    test("that invokes the function gets the receipt", async () => {
      const { Payload, FunctionError } = await invoke(double("sync"));
      const receipt = JSON.parse(Payload?.transformToString() ?? "");
      expect(FunctionError).toBeUndefined();
      expect(receipt).toEqual({
        job_id: expect.stringMatching(/^job_/),
        status: "queued",
        scheduled_at: expect.any(Number),
        recurring: false,
      });
      expect(await completed("sync")).toBe(receipt.job_id);
    }, 60_000);

    test("that the function refuses gets a function error without the input", async () => {
      const { Payload, FunctionError } = await invoke(bad());
      expect(FunctionError).toBeDefined();
      const { errorMessage } = JSON.parse(Payload?.transformToString() ?? "");
      expect(JSON.parse(errorMessage)).toMatchObject({
        code: "INVALID_REQUEST",
        errors: expect.arrayContaining([expect.objectContaining({ pointer: "/input/paylod" })]),
      });
      expect(Payload?.transformToString()).not.toContain("s3cret");
    }, 60_000);

    test("that invokes the function asynchronously becomes a job", async () => {
      expect(await invoke(double("async"), "Event")).toMatchObject({ StatusCode: 202 });
      await completed("async");
    }, 60_000);

    test("that is refused after an asynchronous invocation is announced as a rejection", async () => {
      await invoke(bad({ event: "nothing" }), "Event");
      const event = await bus.until(({ detail }) => detail.source === "lambda" && detail.event === "nothing");
      expect(event).toMatchObject({ "detail-type": "job.rejected", detail: { code: "EVENT_NOT_FOUND" } });
    }, 60_000);

    test("that sends to the queue becomes one job for each key", async () => {
      const { MessageId } = await send(JSON.stringify(double("sqs")));
      expect(await completed("sqs")).toBe(named(`sqs:${MessageId}`));
      const again = JSON.stringify(double("sqs-key", 21, { idempotency_key: "order-7" }));
      await Promise.all([send(again), send(again)]);
      expect(await completed("sqs-key")).toBe(named("order-7"));
    }, 60_000);

    test("that puts an event on the bus becomes a job", async () => {
      const Entries = [
        {
          EventBusName: outputs().EventBusName,
          Source: "shop.orders",
          DetailType: "schedule-job",
          Detail: JSON.stringify(double("eventbridge")),
        },
      ];
      const answer = await new EventBridgeClient(settings()).send(new PutEventsCommand({ Entries }));
      expect(await completed("eventbridge")).toBe(named(`eventbridge:${answer.Entries?.[0]?.EventId}`));
    }, 60_000);

    test("that publishes on the topic becomes a job", async () => {
      const message = { TopicArn: outputs().IntakeTopicArn, Message: JSON.stringify(double("sns")) };
      const { MessageId } = await new SNSClient(settings()).send(new PublishCommand(message));
      expect(await completed("sns")).toBe(named(`sns:${MessageId}`));
    }, 60_000);

    test("that puts an object of requests gets a job or a fault for each line", async () => {
      const s3 = new S3Client({ ...settings(), forcePathStyle: true });
      const Bucket = outputs().BucketName;
      const Key = "imports/2030/two of them.ndjson";
      const Body = `${JSON.stringify(double("s3"))}\n{"env":\n${JSON.stringify(double("s3-other"))}`;
      const { ETag = "" } = await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      const ids = [await completed("s3"), await completed("s3-other")];
      const folder = `import-reports/2030/two of them.ndjson/${ETag.replaceAll('"', "")}`;
      const read = async (name: string) => {
        const object = await s3.send(new GetObjectCommand({ Bucket, Key: `${folder}/${name}` }));
        return (await object.Body?.transformToString()) ?? "";
      };
      const part = (await read("part-000000000001-000000000003.ndjson"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(part).toMatchObject([
        { line: 1, job_id: ids[0] },
        { line: 2, code: "INVALID_REQUEST", errors: [{ pointer: "", detail: "is not JSON" }] },
        { line: 3, job_id: ids[1] },
      ]);
      expect(JSON.parse(await read("summary.json"))).toMatchObject({
        status: "finished",
        lines: 3,
        scheduled: 2,
        rejected: 1,
      });
    }, 60_000);

    test("that is refused is kept with its reason, and delays none beside it", async () => {
      const text = JSON.stringify(bad());
      const [{ MessageId = "" }] = await Promise.all([send(text), send(JSON.stringify(double("beside")))]);
      const { detail } = await rejected(MessageId);
      expect(detail).toMatchObject({
        code: "INVALID_REQUEST",
        source: "sqs",
        product_tag: "in-aws",
        env: "prd",
        event: "double",
      });
      expect(JSON.stringify(detail)).not.toContain("s3cret");
      await completed("beside");
      const letter = await deadLetterOf(MessageId);
      expect(letter?.Body).toBe(text);
      expect(letter?.MessageAttributes).toMatchObject({
        code: { StringValue: "INVALID_REQUEST" },
        source: { StringValue: "sqs" },
        detail: { StringValue: expect.stringContaining("/input/paylod: ") },
      });
    }, 60_000);

    async function deadLetterOf(messageId: string) {
      const QueueUrl = outputs().IntakeDeadLetterQueueUrl;
      for (let asked = 0; asked < 10; asked++) {
        const receive = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: ["All"] };
        const { Messages = [] } = await new SQSClient(settings()).send(new ReceiveMessageCommand(receive));
        const found = Messages.find(
          ({ MessageAttributes }) => MessageAttributes?.message_id?.StringValue === messageId,
        );
        if (found) return found;
      }
      return undefined;
    }

    describe("that is a step of a state machine", () => {
      const run = async (name: string, state: object, input: unknown) => {
        const sfn = new SFNClient(settings());
        const definition = { StartAt: "Schedule", States: { Schedule: state, Refused: { Type: "Pass", End: true } } };
        const { stateMachineArn } = await sfn.send(
          new CreateStateMachineCommand({
            name,
            definition: JSON.stringify(definition),
            roleArn: `arn:aws:iam::000000000000:role/${teams.machineRole}`,
          }),
        );
        const started = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
        let execution: DescribeExecutionCommandOutput;
        do {
          await new Promise((resolve) => setTimeout(resolve, 200));
          execution = await sfn.send(new DescribeExecutionCommand({ executionArn: started.executionArn }));
        } while (execution.status === "RUNNING");
        return { status: execution.status, output: JSON.parse(execution.output ?? "null") };
      };
      const invoking = () => ({
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Parameters: { FunctionName: outputs().IntakeFunctionArn, "Payload.$": "$" },
        OutputPath: "$.Payload",
        Retry: [{ ErrorEquals: ["Unavailable"], MaxAttempts: 5 }],
        Catch: [{ ErrorEquals: ["InvalidRequest"], ResultPath: "$.error", Next: "Refused" }],
        End: true,
      });

      test("that invokes the function has the receipt as its output", async () => {
        const { status, output } = await run("invoking", invoking(), double("states"));
        expect(status).toBe("SUCCEEDED");
        expect(output.job_id).toBe(await completed("states"));
      }, 60_000);

      test("that sends to the queue becomes a job", async () => {
        const sending = {
          Type: "Task",
          Resource: "arn:aws:states:::sqs:sendMessage",
          Parameters: { QueueUrl: outputs().IntakeQueueUrl, "MessageBody.$": "$" },
          End: true,
        };
        expect(await run("sending", sending, double("states-sqs"))).toMatchObject({ status: "SUCCEEDED" });
        await completed("states-sqs");
      }, 60_000);

      test("that sends to the queue and waits gets the result, or why it was refused", async () => {
        const waiting = {
          Type: "Task",
          Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
          Parameters: {
            QueueUrl: outputs().IntakeQueueUrl,
            MessageBody: { ...double("states-waiting"), "input.$": "$.input", "task_token.$": "$$.Task.Token" },
          },
          TimeoutSeconds: 60,
          Catch: [{ ErrorEquals: ["InvalidRequest"], Next: "Refused" }],
          End: true,
        };
        const answered = await run("waiting", waiting, { input: { payload: { n: 21 } } });
        expect(answered).toMatchObject({
          status: "SUCCEEDED",
          output: { status: "completed", result: { doubled: 42 } },
        });
        const refused = await run("refused", waiting, { input: { paylod: "s3cret" } });
        expect(refused).toMatchObject({ status: "SUCCEEDED", output: { Error: "InvalidRequest" } });
        expect(refused.output.Cause).toContain("/input/paylod");
      }, 90_000);
    });
  });
}

const hasLabel = ({ labels }: Record<string, unknown>, label: string) =>
  Array.isArray(labels) && labels.includes(label);
