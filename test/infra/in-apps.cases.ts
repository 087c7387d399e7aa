import { Template } from "aws-cdk-lib/assertions";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { type IVpc, SecurityGroup, Vpc } from "aws-cdk-lib/aws-ec2";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Key } from "aws-cdk-lib/aws-kms";
import { Code, Function as Lambda, Runtime } from "aws-cdk-lib/aws-lambda";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { type App, NestedStack, Stack } from "aws-cdk-lib/core";
import { DuctapeJobs } from "../../infra/ductape-jobs.ts";
import { flat, functionOf, linesOf, resourcesOf, roleOf, testApp } from "./synth.ts";

const catalog = "test/support/catalog/products.ts";

const lambdaIn = (stack: Stack, id: string) =>
  new Lambda(stack, id, { runtime: Runtime.NODEJS_22_X, handler: "index.handler", code: Code.fromInline("//") });

const resources = (template: Template) => Object.keys(template.toJSON().Resources);
const outputs = (template: Template) => Object.keys(template.toJSON().Outputs);

/** A stack with what apps have: a key, a network and a certificate. */
function base(app: App) {
  const stack = new Stack(app, "Base");
  const vpc = new Vpc(stack, "Vpc", { maxAzs: 2, natGateways: 1 });
  return {
    stack,
    vpc,
    key: new Key(stack, "Key"),
    group: new SecurityGroup(stack, "Group", { vpc: vpc as IVpc }),
    certificate: new Certificate(stack, "Certificate", { domainName: "jobs.example.com" }),
  };
}

describe("two DuctapeJobs in one stack of an app", () => {
  let [template, shared]: Template[] = [];
  const [service, of] = [() => template as Template, () => shared as Template];

  beforeAll(() => {
    const app = testApp();
    const { stack: owner, vpc, key, group, certificate } = base(app);
    const stack = new Stack(app, "Team");
    new DuctapeJobs(stack, "MyJobs", { catalog, kmsKey: key, vpc, domainName: "jobs.example.com", certificate });
    new DuctapeJobs(stack, "My-Jobs", { catalog, kmsKey: key.keyArn, vpc, securityGroups: [group] });
    template = Template.fromStack(stack);
    shared = Template.fromStack(owner);
  });

  test("take less than the 500 resources of a stack", () => {
    expect(resources(service()).length).toBeLessThan(475);
  });

  test("have distinct outputs and names", () => {
    expect(outputs(service()).filter((name) => name.endsWith("ApiUrl"))).toEqual([
      "MyJobsApiUrl",
      expect.stringMatching(/^MyJobs[0-9a-f]{8}ApiUrl$/),
    ]);
    for (const [type, property] of [
      ["AWS::CloudWatch::Alarm", "AlarmName"],
      ["AWS::CloudWatch::Dashboard", "DashboardName"],
      ["AWS::Events::EventBus", "Name"],
      ["AWS::Scheduler::ScheduleGroup", "Name"],
    ] as const) {
      const names = resourcesOf(service(), type).map(({ Properties }) => flat(Properties[property]));
      expect(names.length).toBeGreaterThan(1);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("run database actions in the VPC's private subnets", () => {
    const placed = resourcesOf(service(), "AWS::Lambda::Function").flatMap(
      ({ Properties }) => Properties.VpcConfig ?? [],
    );
    expect(placed).toHaveLength(2);
    for (const { SubnetIds } of placed)
      expect(SubnetIds.map(flat)).toEqual([
        expect.stringMatching(/PrivateSubnet1/),
        expect.stringMatching(/PrivateSubnet2/),
      ]);
    expect(placed.map(({ SecurityGroupIds }) => SecurityGroupIds.map(flat))).toEqual([
      [expect.stringMatching(/^<MyJobs.*GroupId>$/)],
      [expect.stringMatching(/GetAttGroup.*GroupId/)],
    ]);
    expect(outputs(service())).toContain("MyJobsDatabaseSecurityGroup");
  });

  test("encrypt with the app's key, whose policy admits the services", () => {
    for (const { id, Properties } of resourcesOf(service(), "AWS::DynamoDB::GlobalTable"))
      expect([id, flat(Properties.Replicas[0].SSESpecification.KMSMasterKeyId)]).toEqual([
        id,
        expect.stringContaining("Key"),
      ]);
    const [key] = resourcesOf(of(), "AWS::KMS::Key");
    const services = key?.Properties.KeyPolicy.Statement.flatMap(
      ({ Principal }: { Principal: { Service?: unknown } }) => Principal.Service ?? [],
    );
    expect(services.map(flat)).toEqual(
      expect.arrayContaining([
        "logs.<AWS::Region>.<AWS::URLSuffix>",
        "events.amazonaws.com",
        "sns.amazonaws.com",
        "s3.amazonaws.com",
      ]),
    );
  });

  test("have the certificate of the app", () => {
    const [name] = resourcesOf(service(), "AWS::ApiGatewayV2::DomainName");
    expect(flat(name?.Properties.DomainNameConfigurations[0].CertificateArn)).toContain("Certificate");
  });
});

test("in a nested stack the names and the permission of S3 are valid", () => {
  const stack = new Stack(testApp(), "Team");
  const nested = new NestedStack(stack, "Nested");
  new DuctapeJobs(nested, "Jobs", { catalog });
  const template = Template.fromStack(nested);
  expect(JSON.stringify(template.toJSON())).not.toMatch(/\$\{token/i);
  const policies = resourcesOf(template, "AWS::SQS::QueuePolicy").flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
  const [s3] = policies.filter(({ Principal }) => Principal.Service === "s3.amazonaws.com");
  expect(s3.Condition).toEqual({
    StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
    ArnLike: { "aws:SourceArn": { "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":s3:::*"]] } },
  });
  const [group] = resourcesOf(template, "AWS::Scheduler::ScheduleGroup");
  // What stands before the last part of the stack's id, which has 12 letters.
  expect(flat(group?.Properties.Name).replace(/\{.*/, "").length).toBeLessThanOrEqual(64 - 12);
});

test("a stack with a long name has names of the length that AWS allows", () => {
  const stack = new Stack(testApp(), "x".repeat(128));
  new DuctapeJobs(stack, "Jobs", { catalog, dashboard: false });
  const template = Template.fromStack(stack);
  const [group] = resourcesOf(template, "AWS::Scheduler::ScheduleGroup");
  expect(flat(group?.Properties.Name)).toMatch(/^x{51}-\{/);
  expect(resourcesOf(template, "AWS::ApiGatewayV2::Api")[0]?.Properties.Name).toHaveLength(128);
});

test("the secret with the headers for spans may be one of the app, whose name only the deployment knows", () => {
  const stack = new Stack(testApp(), "Team");
  const otlpSecret = new Secret(stack, "Headers").secretName;
  new DuctapeJobs(stack, "Jobs", { catalog, otlpEndpoint: "https://otlp.example.com/v1/traces", otlpSecret });
  const template = Template.fromStack(stack);
  const lines = linesOf(template, roleOf(functionOf(template, "lifecycle")));
  const [reads = "", ...more] = lines.filter((line) => line.startsWith("secretsmanager:"));
  expect(more).toEqual([]);
  expect(reads).not.toContain("Token");
  expect(reads).toMatch(/:secret:.*Headers.*-\?{6}$/);
});

describe("a function of another stack", () => {
  test("may schedule jobs and receive their events", () => {
    const app = testApp();
    const state = new Stack(app, "State");
    const stack = new Stack(app, "Service");
    const other = new Stack(app, "Other");
    const jobs = new DuctapeJobs(stack, "Jobs", { catalog, stateStack: state });
    const checkout = lambdaIn(other, "Checkout");
    const beside = lambdaIn(state, "Beside");
    jobs.grantSchedule(checkout);
    jobs.grantSchedule(beside);
    jobs.addEventRule("Failed", { scope: other, detailTypes: ["job.failed"], targets: [new LambdaFunction(checkout)] });
    const [service, ofOther, ofState] = [stack, other, state].map((one) => Template.fromStack(one)) as [
      Template,
      Template,
      Template,
    ];
    ofOther.hasResourceProperties("AWS::Events::Rule", { EventPattern: { "detail-type": ["job.failed"] } });
    const [consumer] = resourcesOf(ofOther, "AWS::Lambda::Function");
    expect(linesOf(ofOther, consumer ? roleOf(consumer) : "").join()).toMatch(/lambda:InvokeFunction .*Intake/);
    const admitted = resourcesOf(service, "AWS::Lambda::Permission").filter(
      ({ Properties }) => Properties.FunctionName["Fn::GetAtt"]?.[0] === functionOf(service, "intake").id,
    );
    expect(admitted.map(({ Properties }) => [Properties.Action, flat(Properties.Principal)])).toEqual([
      ["lambda:InvokeFunction", expect.stringMatching(/Beside.*Role.*Arn/)],
    ]);
    const [sender] = resourcesOf(ofState, "AWS::Lambda::Function");
    expect(linesOf(ofState, sender ? roleOf(sender) : "").join()).toMatch(/sqs:SendMessage <JobsStateIntakeQueue/);
  });
});

test("without alarms there is no topic, and alarmTopic throws the reason", () => {
  const jobs = new DuctapeJobs(new Stack(testApp(), "Team"), "Jobs", { catalog, alarms: false });
  expect(() => jobs.alarmTopic).toThrow(/Team\/Jobs has no alarms, and so no alarmTopic: set `alarms`/);
});
