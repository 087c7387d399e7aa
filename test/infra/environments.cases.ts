import { Template } from "aws-cdk-lib/assertions";
import { NestedStack, Stack } from "aws-cdk-lib/core";
import { DuctapeJobs, type DuctapeJobsProps } from "../../infra/ductape-jobs.ts";
import { ApiEnv, deploymentOf } from "../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { functionOf, policiesOf, resourcesOf, testApp } from "./synth.ts";

const catalog = "test/support/code/catalog.ts";
/** The Region with the longest name. */
const pseudo: Record<string, string> = {
  "AWS::Region": "ap-southeast-1",
  "AWS::AccountId": "123456789012",
  "AWS::Partition": "aws",
  "AWS::URLSuffix": "amazonaws.com",
};
const place = "ap-southeast-1:123456789012";

/** What AWS makes of the values of a template: names begin with that of the stack and the id in the template, and are cut. */
function deployed(template: Template, stackName: string) {
  const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string }> };
  const named = (id: string, most: number) => `${`${stackName}-${id}`.slice(0, most - 13)}-1A2B3C4D5E6F`;
  const ofResource = (id: string, attribute: string): string => {
    switch (Resources[id]?.Type) {
      case "AWS::SQS::Queue":
        if (attribute === "QueueName") return named(id, 80);
        return attribute === "Arn"
          ? `arn:aws:sqs:${place}:${named(id, 80)}`
          : `https://sqs.ap-southeast-1.amazonaws.com/123456789012/${named(id, 80)}`;
      case "AWS::IAM::Role":
        return `arn:aws:iam::123456789012:role/${named(id, 64)}`;
      case "AWS::SecretsManager::Secret":
        return `arn:aws:secretsmanager:${place}:secret:${id}-1A2B3C4D5E6F-a1b2c3`;
      case "AWS::Logs::LogGroup":
        return attribute === "Arn" ? `arn:aws:logs:${place}:log-group:${named(id, 512)}:*` : named(id, 512);
      case "AWS::DynamoDB::GlobalTable": {
        const stream = attribute === "StreamArn" ? "/stream/2030-01-31T09:05:00.000" : "";
        return attribute === "Ref" ? named(id, 255) : `arn:aws:dynamodb:${place}:table/${named(id, 255)}${stream}`;
      }
      case "AWS::S3::Bucket":
        return attribute === "Arn" ? `arn:aws:s3:::${named(id, 63)}` : named(id, 63);
      default:
        return attribute === "Arn" ? `arn:aws:scheduler:${place}:${"x".repeat(75)}` : "x".repeat(64);
    }
  };
  const textOf = (value: unknown): string => {
    if (typeof value !== "object" || value === null) return String(value);
    const [[name = "", of]] = Object.entries(value) as [[string, unknown]];
    const all = of as unknown[];
    if (name === "Ref") return pseudo[String(of)] ?? ofResource(String(of), "Ref");
    if (name === "Fn::GetAtt") return ofResource(String(all[0]), String(all[1]));
    if (name !== "Fn::Join") return "x".repeat(12);
    const parts = all[1] as unknown[] | { "Fn::Split": [string, unknown] };
    return (Array.isArray(parts) ? parts.map(textOf) : textOf(parts["Fn::Split"][1]).split(parts["Fn::Split"][0])).join(
      String(all[0]),
    );
  };
  const environmentOf = (properties: { Environment?: { Variables?: object } }): Record<string, string> =>
    Object.fromEntries(
      Object.entries(properties.Environment?.Variables ?? {}).map(([name, value]) => [name, textOf(value)]),
    );
  /** A value whose intrinsics are what AWS makes of them. */
  const inAws = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inAws);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    if (/^(Ref$|Fn::)/.test(entries[0]?.[0] ?? "")) return textOf(value);
    return Object.fromEntries(entries.map(([name, part]) => [name, inAws(part)]));
  };
  return { textOf, environmentOf, inAws };
}

const made = (stackName: string, id: string, settings: Partial<DuctapeJobsProps> = {}) => {
  const stack = new Stack(testApp(), "Team", { stackName });
  new DuctapeJobs(stack, id, { catalog, ...settings });
  return Template.fromStack(stack);
};

/** Lambda measures the variables as JSON, in which quotes are escaped. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const measured = (environment: Record<string, string>): number => Buffer.byteLength(JSON.stringify(environment));

/** Of a catalog that seals values by which jobs are found. */
const withSeals = (environment: Record<string, string>) => ({
  ...environment,
  ...("QUEUES" in environment && { SEAL_SECRET: "x".repeat(100) }),
});

/** With one more type of job: there is room for it. */
function withNextType({ ...environment }: Record<string, string>) {
  for (const name of ["QUEUES", "SCHEDULE_ROLES"].filter((name) => name in environment)) {
    const types = JSON.parse(environment[name] ?? "");
    environment[name] = JSON.stringify({ ...types, message_to_phone: types.notification });
  }
  if (environment.LOG_GROUPS) environment.LOG_GROUPS += ` ${environment.LOG_GROUPS.split(" ").at(-1)}`;
  return environment;
}

const longest = "acme-commerce-platform-background-jobs-and-scheduled-notifications-europe-west-production";

test.each([
  ["of the template of a project", "my-jobs", "Jobs", {}],
  [
    "of 120 letters",
    longest,
    "BackgroundJobsOfTheCommerceTeam",
    { otlpEndpoint: "https://otlp.example.com/v1/traces" },
  ],
])("functions of a deployment with names %s have less than 4 KB of variables", (_what, stackName, id, settings) => {
  const template = made(stackName, id, { catalog: "test/support/catalog/products.ts", ...settings });
  const { environmentOf } = deployed(template, stackName);
  for (const { Properties } of resourcesOf(template, "AWS::Lambda::Function")) {
    const environment = environmentOf(Properties);
    const bytes = measured(withNextType(withSeals(environment)));
    expect([Properties.Environment.Variables.SERVICE_NAME, bytes, bytes < 4096]).toEqual([
      expect.anything(),
      bytes,
      true,
    ]);
  }
});

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length */
test.each([
  ["of the template of a project", "my-jobs", "Jobs"],
  ["for which the CDK's estimate is just enough", "x".repeat(89), "Jobs"],
  ["of 180 letters", "x".repeat(128), "BackgroundJobsOfTheCommerceTeamInTheWestOfEurope"],
])("roles of a deployment with names %s have policies of the size that IAM allows", (_what, stackName, id) => {
  const template = made(stackName, id, { catalog: "test/support/catalog/products.ts", kmsKey: "create" });
  const { inAws } = deployed(template, stackName);
  const sizes = policiesOf(template).map(({ id, Type, Properties }) => {
    const { length } = JSON.stringify(inAws(Properties.PolicyDocument));
    return { id, length, most: Type === "AWS::IAM::Policy" ? 10_240 : 6144 };
  });
  expect(sizes.length).toBeGreaterThan(20);
  expect(sizes.filter(({ length, most }) => length > most)).toEqual([]);
});

test.each(["my-jobs", "x".repeat(89)])("a deployment in the stack %s has one policy a role", (stackName) => {
  expect(resourcesOf(made(stackName, "Jobs"), "AWS::IAM::ManagedPolicy")).toEqual([]);
});

test.each([
  ["Jobs", "team"],
  ["TransactionsOfActions", "action-of-action"],
])("the API of %s in the stack %s knows the log groups of consumers, for links to the AWS console", (id, stackName) => {
  const template = made(stackName, id);
  const inAws = deployed(template, stackName);
  const { LOG_GROUPS, SCHEDULE_DLQ_ARN, TABLE_NAME, SCHEDULE_GROUP, QUEUES, SCHEDULE_ROLES, BUCKET_NAME } =
    inAws.environmentOf(functionOf(template, "api").Properties);
  const env = ApiEnv().parse({
    ...{ LOG_GROUPS, SCHEDULE_DLQ_ARN, TABLE_NAME, SCHEDULE_GROUP, QUEUES, SCHEDULE_ROLES, BUCKET_NAME },
  });
  expect(deploymentOf(env)).toMatchObject({
    region: "ap-southeast-1",
    account: "123456789012",
    log_groups: Object.fromEntries(
      jobTypes.map((type) => [
        type,
        inAws.textOf(functionOf(template, `consumers/${type}`).Properties.LoggingConfig.LogGroup),
      ]),
    ),
  });
});

test("in a nested stack, whose name nobody knows before, the API knows no log groups", () => {
  const nested = new NestedStack(new Stack(testApp(), "Team"), "Nested");
  new DuctapeJobs(nested, "Jobs", { catalog });
  expect(functionOf(Template.fromStack(nested), "api").Properties.Environment.Variables.LOG_GROUPS).toBe("");
});
