import { Template } from "aws-cdk-lib/assertions";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Stack } from "aws-cdk-lib/core";
import { DuctapeJobs, type DuctapeJobsProps } from "../../infra/ductape-jobs.ts";
import { Settings } from "../../infra/settings/config.ts";
import { type AppResources, contextOf } from "../../infra/settings/props.ts";
import { functionOf, linesOf, resourcesOf, testApp } from "./synth.ts";

const catalog = "test/support/catalog/products.ts";

function inStackOfTeam(props: Partial<DuctapeJobsProps> = {}, context: Record<string, unknown> = {}, apart = false) {
  const app = testApp(context);
  const stack = new Stack(app, "Team");
  const state = apart ? new Stack(app, "TeamState") : stack;
  const jobs = new DuctapeJobs(stack, "Jobs", { catalog, stateStack: state, ...props });
  return { stack, state, jobs };
}

/** What holds data or is known to others: another logical id would replace it, and lose what is in it. */
const kept = [
  "AWS::DynamoDB::GlobalTable",
  "AWS::S3::Bucket",
  "AWS::SecretsManager::Secret",
  "AWS::Events::EventBus",
  "AWS::SQS::Queue",
  "AWS::SNS::Topic",
  "AWS::ApiGatewayV2::Api",
  "AWS::Scheduler::ScheduleGroup",
];
const keptIn = (template: Template) =>
  kept.flatMap((type) => resourcesOf(template, type).map(({ id }) => `${type.split("::").slice(1).join(" ")}: ${id}`));

describe("in a stack of a team", () => {
  let made: ReturnType<typeof inStackOfTeam>;
  let template: Template;
  beforeAll(() => {
    made = inStackOfTeam({ retentionDays: 7, memory: { storage: 1024 }, publish: "none" }, { "jobs:logLevel": "warn" });
    const { stack, jobs } = made;
    jobs.grantSchedule(new Role(stack, "Checkout", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") }));
    const failures = new SqsQueue(new Queue(stack, "Failures"));
    jobs.addEventRule("Failed", { detailTypes: ["job.failed"], products: ["shop"], targets: [failures] });
    template = Template.fromStack(stack);
  });

  test("everything is in it, under ids that later versions keep", () => {
    expect(keptIn(template)).toMatchSnapshot();
    expect(template.toJSON()).not.toHaveProperty("Outputs.*.Export");
    expect(JSON.stringify(template.toJSON())).not.toContain("Fn::ImportValue");
  });

  test("the outputs have names that begin with the construct's id", () => {
    const outputs = Object.keys(template.toJSON().Outputs);
    expect(outputs).toEqual(expect.arrayContaining(["JobsApiUrl", "JobsTableName", "JobsIntakeQueueUrl"]));
  });

  test("props are settings, and the context takes precedence", () => {
    const { Variables } = functionOf(template, "api").Properties.Environment;
    expect(Variables).toMatchObject({ RETENTION_DAYS: "7", LOG_LEVEL: "WARN" });
    expect(functionOf(template, "consumers/storage").Properties.MemorySize).toBe(1024);
    expect(functionOf(template, "lifecycle").Properties.Environment.Variables.PUBLISH).toBe("");
    expect(functionOf(template, "consumers/storage").Properties.Environment.Variables.NOTE_WAITS).toBe("false");
  });

  test("a function that may schedule jobs gets the intake's queue and function only", () => {
    const role = resourcesOf(template, "AWS::IAM::Role").find(({ id }) => id.startsWith("Checkout"))?.id ?? "";
    const actions = linesOf(template, role).map((line) => line.split(" ")[0]);
    expect(new Set(actions)).toEqual(
      new Set(["sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "lambda:InvokeFunction"]),
    );
  });

  test("a rule selects the events of jobs", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: { source: ["ductape.jobs"], "detail-type": ["job.failed"], detail: { product_tag: ["shop"] } },
    });
  });
});

describe("in two stacks of a team", () => {
  test("what must survive is in one, and the service in the other imports it", () => {
    const { stack, state } = inStackOfTeam({}, {}, true);
    const [service, survives] = [Template.fromStack(stack), Template.fromStack(state)];
    expect(keptIn(survives)).toMatchSnapshot();
    expect(resourcesOf(service, "AWS::DynamoDB::GlobalTable")).toEqual([]);
    expect(functionOf(service, "api").Properties.Environment.Variables.TABLE_NAME).toHaveProperty("Fn::ImportValue");
  });
});

test("a catalog that has faults or does not load stops the synthesis", () => {
  expect(() => inStackOfTeam({ catalog: "test/support/catalog/faulty.ts" })).toThrow(/envs: /);
  expect(() => inStackOfTeam({ catalog: "products/missing.ts" })).toThrow(
    /missing\.ts does not load:[\s\S]*There is no catalog/,
  );
});

test("a prop with an invalid value is named, as a setting of the context is", () => {
  expect(() => inStackOfTeam({ logDays: 2 })).toThrow(/jobs:logDays: must be one of/);
});

test("every setting of the context is a prop", () => {
  const names = Object.keys(Settings.shape).map((name) => name.split(".")[0]);
  // Compiles only if it names all of them, and nothing else.
  const props: Record<keyof Omit<DuctapeJobsProps, "catalog" | "stateStack" | "code" | keyof AppResources>, true> = {
    accountConcurrency: true,
    alarmEmail: true,
    alarms: true,
    apiConcurrency: true,
    auditDays: true,
    auditLockDays: true,
    auth: true,
    authCacheSeconds: true,
    signIn: true,
    batchSize: true,
    burstLimit: true,
    certificateArn: true,
    corsOrigins: true,
    dashboard: true,
    domainName: true,
    holdSeconds: true,
    indexShards: true,
    indexShardsRead: true,
    kmsKey: true,
    largestUploadMb: true,
    logDays: true,
    logLevel: true,
    longestHoldSeconds: true,
    longestWaitMs: true,
    maxConcurrency: true,
    memory: true,
    otlpEndpoint: true,
    otlpSecret: true,
    pollers: true,
    publish: true,
    rateLimit: true,
    restoredStream: true,
    retentionDays: true,
    schedulerStartsPerSecond: true,
    securityGroupIds: true,
    stage: true,
    subnetIds: true,
    tracing: true,
    vpcId: true,
    waitsPerKey: true,
    warmReads: true,
    warmWrites: true,
  };
  expect(Object.keys(props).sort()).toEqual([...new Set(names)].sort());
});

test("settings per type become one setting each", () => {
  expect(contextOf({ maxConcurrency: { action: 5 }, logDays: 7, corsOrigins: ["*"] })).toEqual([
    ["jobs:maxConcurrency.action", 5],
    ["jobs:logDays", 7],
    ["jobs:corsOrigins", ["*"]],
  ]);
});
