import { IntakeEnv } from "../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { importPrefix, reportPrefix } from "../../lambdas/topology.ts";
import { asItIs, flat, functionOf, permissionsOfEntry, type Resource, resourcesOf } from "./synth.ts";

const { state, service } = asItIs();
const only = (type: string, id = /Intake/) => {
  const [found, ...others] = resourcesOf(state, type).filter((resource) => id.test(resource.id));
  if (!found || others.length > 0) throw new Error(`not one ${type}`);
  return found;
};
const queue = only("AWS::SQS::Queue", /IntakeQueue/);
const imports = only("AWS::SQS::Queue", /IntakeImports/);
const deadLetters = only("AWS::SQS::Queue", /IntakeDeadLetters/);
const topic = only("AWS::SNS::Topic");
const rule = only("AWS::Events::Rule");
const intake = functionOf(service, "intake");
const arnOf = ({ id }: Resource) => ({ "Fn::GetAtt": [id, "Arn"] });

interface Statement {
  Effect: string;
  Principal: { Service?: string };
  Action: string | string[];
  Condition: object;
}
const allowedTo = (fed: Resource): Statement[] => {
  const policies = resourcesOf(state, "AWS::SQS::QueuePolicy");
  const own = policies.filter(({ Properties }) => Properties.Queues[0].Ref === fed.id);
  const statements = own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
  return statements.filter(({ Effect }) => Effect === "Allow");
};
const doorsOf = (fed: Resource) =>
  Object.fromEntries(allowedTo(fed).map((one) => [one.Principal.Service, one.Condition]));

describe("the intake's queues", () => {
  test.each([
    ["of requests", queue, 10],
    ["of imports", imports, 1],
  ])("%s hide a message for six times the function's timeout, and drop it after hours", (_, fed, batch) => {
    expect(fed.Properties.VisibilityTimeout).toBe(6 * intake.Properties.Timeout);
    expect(fed.Properties.RedrivePolicy).toEqual({ deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: 20 });
    expect(deadLetters.Properties.MessageRetentionPeriod).toBeGreaterThan(fed.Properties.MessageRetentionPeriod);
    const sources = resourcesOf(service, "AWS::Lambda::EventSourceMapping").map(({ Properties }) => Properties);
    const source = sources.find(({ EventSourceArn }) => flat(EventSourceArn).includes(`${fed.id}`));
    expect(source).toMatchObject({
      FunctionName: { Ref: intake.id },
      BatchSize: batch,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    expect(source?.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2);
  });

  test("are encrypted and accept TLS only", () => {
    const queues = resourcesOf(state, "AWS::SQS::Queue");
    expect(queues.length).toBeGreaterThan(2);
    for (const { id, Properties } of queues) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
      const policies = resourcesOf(state, "AWS::SQS::QueuePolicy").filter((one) => one.Properties.Queues[0].Ref === id);
      expect(policies.flatMap((one) => one.Properties.PolicyDocument.Statement)).toContainEqual(
        expect.objectContaining({
          Action: "sqs:*",
          Effect: "Deny",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      );
    }
  });

  test("of requests accept messages only from this topic, rule and account's bucket", () => {
    expect(doorsOf(queue)).toEqual({
      "sns.amazonaws.com": { ArnEquals: { "aws:SourceArn": { Ref: topic.id } } },
      "events.amazonaws.com": { ArnEquals: { "aws:SourceArn": arnOf(rule) } },
      "s3.amazonaws.com": {
        StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
        ArnLike: { "aws:SourceArn": expect.anything() },
      },
    });
    const { ArnLike } = doorsOf(queue)["s3.amazonaws.com"] as { ArnLike: Record<string, unknown> };
    expect(flat(ArnLike["aws:SourceArn"])).toBe("arn:<AWS::Partition>:s3:::ductape-jobs-prod-st*");
  });

  test("of dead letters and imports accept messages only from their sources", () => {
    expect(Object.keys(doorsOf(deadLetters)).sort()).toEqual(["events.amazonaws.com", "sns.amazonaws.com"]);
    expect(allowedTo(imports)).toEqual([]);
  });
});

test("the rule takes events that request jobs or signal runs, and none of ours, which would loop", () => {
  expect(rule.Properties.EventPattern).toEqual({
    source: [{ "anything-but": ["ductape.jobs"] }],
    "detail-type": ["schedule-job", "send-signal"],
  });
  expect(rule.Properties.EventBusName).toEqual({ Ref: expect.stringMatching(/^Bus/) });
  expect(rule.Properties.Targets).toEqual([
    { Id: "Target0", Arn: arnOf(queue), DeadLetterConfig: { Arn: arnOf(deadLetters) } },
  ]);
});

test("a message from the topic arrives in its envelope, whose id names the job", () => {
  const { Properties } = only("AWS::SNS::Subscription");
  expect(Properties).toMatchObject({
    TopicArn: { Ref: topic.id },
    Endpoint: arnOf(queue),
    RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetters) },
  });
  expect(Properties.RawMessageDelivery ?? false).toBe(false);
});

test("the bucket reports new objects to import, but not their reports", () => {
  const { Properties } = only("AWS::S3::Bucket", /Payloads/);
  expect(Properties.NotificationConfiguration).toEqual({
    QueueConfigurations: [
      {
        Event: "s3:ObjectCreated:*",
        Queue: arnOf(queue),
        Filter: { S3Key: { Rules: [{ Name: "prefix", Value: importPrefix }] } },
      },
    ],
  });
  expect(reportPrefix.startsWith(importPrefix)).toBe(false);
});

describe("the intake's function", () => {
  test("receives the variables of its environment schema", () => {
    expect(Object.keys(intake.Properties.Environment.Variables)).toEqual(
      expect.arrayContaining(Object.keys(IntakeEnv().shape)),
    );
  });

  test("sends an asynchronous invocation that Lambda gives up to the queue of requests", () => {
    const config = resourcesOf(service, "AWS::Lambda::EventInvokeConfig").find(
      ({ Properties }) => Properties.FunctionName.Ref === intake.id,
    ) as Resource;
    expect(config.Properties.MaximumRetryAttempts).toBe(2);
    expect(flat(config.Properties.DestinationConfig.OnFailure.Destination)).toContain(queue.id);
  });

  test("may create jobs as the API does, and may read no result or upload", () => {
    const own = permissionsOfEntry(service, "intake").filter(({ action }) => !/^(logs|xray):/.test(action));
    const by = (service: string) => own.filter(({ action }) => action.startsWith(`${service}:`));
    const actions = (service: string) => [...new Set(by(service).map(({ action }) => action))].sort();
    // It counts what is due, too.
    expect(actions("dynamodb")).toEqual(
      ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"].map((name) => `dynamodb:${name}`),
    );
    expect(actions("scheduler")).toEqual(["scheduler:CreateSchedule", "scheduler:DeleteSchedule"]);
    const folders = by("s3").map(({ action, resource }) => `${action} ${resource.replace(/^.*?Payloads[^/]*/, "")}`);
    expect(folders.sort()).toEqual([
      "s3:DeleteObject /inputs/*",
      // Of jobs that an operation deletes.
      "s3:DeleteObject /results/*",
      "s3:GetObject /imports/*",
      // The jobs of operations.
      "s3:GetObject /operations/*",
      // A feature that a request replaces: its steps are cancelled with it.
      "s3:GetObject /progress*",
      "s3:ListBucket ",
      "s3:PutObject /import-reports/*",
      "s3:PutObject /inputs/*",
      "s3:PutObject /operations/*",
    ]);
    const sends = by("sqs").filter(({ action }) => action === "sqs:SendMessage");
    expect(sends).toHaveLength(jobTypes.length + 4);
    expect(actions("events")).toEqual(["events:PutEvents"]);
  });
});

test("the outputs name the targets to send requests to", () => {
  expect(Object.keys(service.toJSON().Outputs)).toEqual(
    expect.arrayContaining([
      "EventBusArn",
      "EventBusName",
      "ImportUrl",
      "IntakeDeadLetterQueueUrl",
      "IntakeFunctionArn",
      "IntakeQueueArn",
      "IntakeQueueUrl",
      "IntakeTopicArn",
    ]),
  );
});
