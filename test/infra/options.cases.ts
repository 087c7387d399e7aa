import { Match } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { streamFilter } from "../../infra/constructs/functions/stream-filter.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { finalEvents } from "../../lambdas/core/job/job-event.ts";
import { longestWaitSeconds } from "../../lambdas/core/operations/api-limits.ts";
import {
  asItIs,
  flat,
  functionOf,
  linesOf,
  linesOfEntry,
  type Resource,
  resourcesOf,
  roleOf,
  synthesize,
} from "./synth.ts";

const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0d9bdc2e-8c6e-4f0e-9d7c-0a1b2c3d4e5f";
const teamsKey = "arn:aws:kms:eu-west-1:123456789012:key/0d9bdc2e-8c6e-4f0e-9d7c-0a1b2c3d4e5f";

const bounded = { "jobs:apiConcurrency": "100", "jobs:longestHoldSeconds": "10", "jobs:waitsPerKey": 20 };
const cors = { "jobs:corsOrigins": "https://app.example.com,http://localhost:3000", "jobs:authCacheSeconds": "0" };
const domain = { "jobs:domainName": "jobs.example.com", "jobs:certificateArn": certificate };
const ownKey = { "jobs:kmsKey": "create" };
const vpcWithGroup = { "jobs:subnetIds": ["subnet-0000001a"], "jobs:vpcId": "vpc-0000004d" };

/** As `cdk --context` passes it. */
const signIn = JSON.stringify([
  {
    issuer: "https://login.example.com",
    clientId: "jobs",
    clientSecret: { $secret: "jobs/sign-in" },
    rules: [{ claims: { groups: "ops" }, role: "operator", products: ["*"], envs: ["*"] }],
  },
]);

/** Every non-default way to deploy. The first one has every type of resource. */
const options = {
  "all that goes together": {
    ...cors,
    ...domain,
    ...ownKey,
    ...vpcWithGroup,
    ...bounded,
    "jobs:alarmEmail": "ops@example.com",
    "jobs:signIn": signIn,
    "jobs:otlpEndpoint": "https://otlp.example.com/v1/traces",
    "jobs:otlpSecret": "ops/otlp",
  },
  iam: { auth: "iam" },
  cors,
  domain,
  "no dashboard": { "jobs:dashboard": "false" },
  "no alarms": { "jobs:alarms": "false" },
  "own key": ownKey,
  "team's key": { "jobs:kmsKey": teamsKey },
  vpc: { "jobs:subnetIds": "subnet-0000001a,subnet-0123456789abcdef0", "jobs:securityGroupIds": ["sg-0000003c"] },
  "vpc with a group of ours": vpcWithGroup,
};
const stacks = Object.fromEntries(
  Object.entries(options).map(([name, settings]) => [name, synthesize(settings)]),
) as Record<keyof typeof options, ReturnType<typeof synthesize>>;

test("CloudFormation's rules find nothing in stacks with every type of resource", () => {
  const judged = { ...options["all that goes together"], "@aws-cdk/core:validateAgainstDefaultRules": true };
  expect(() => synthesize(judged, undefined, { builtinCloudFormationValidation: true })).not.toThrow();
});

test.each(Object.keys(options) as (keyof typeof options)[])("cdk-nag finds nothing with %s", (name) => {
  const { app } = stacks[name];
  expect(new AwsSolutionsChecks(app).validateScope(app)).toMatchObject({ success: true, violations: [] });
});

/** The exports that CloudFormation refuses to remove while the other stack still uses them. */
const importsOf = ({ service }: typeof stacks.iam): string[] =>
  [...JSON.stringify(service.toJSON()).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name = ""]) => name);
const exportsOf = ({ state }: typeof stacks.iam): string[] =>
  Object.values(state.toJSON().Outputs as Record<string, { Export: { Name: string } }>).map(
    ({ Export }) => Export.Name,
  );

// Changing the stack's own key takes a deployment of the service first: docs/operations/encryption.md.
test.each(["iam", "cors", "domain", "no dashboard", "no alarms", "team's key", "vpc"] as const)(
  "%s may be set, and unset again",
  (name) => {
    expect(exportsOf(stacks[name])).toEqual(expect.arrayContaining(importsOf(asItIs())));
    expect(exportsOf(asItIs())).toEqual(expect.arrayContaining(importsOf(stacks[name])));
  },
);

const routesOf = (name: keyof typeof options) =>
  resourcesOf(stacks[name].service, "AWS::ApiGatewayV2::Route").map(({ Properties }) => Properties);
const outputsOf = (name: keyof typeof options) => Object.keys(stacks[name].service.toJSON().Outputs);

test("without subscribers to started jobs, a claim does not wake the lifecycle", () => {
  const { service } = stacks.iam;
  const lifecycle = functionOf(service, "lifecycle").id;
  const sources = resourcesOf(service, "AWS::Lambda::EventSourceMapping").map(({ Properties }) => Properties);
  const { Filters } = sources.find(({ FunctionName }) => FunctionName.Ref === lifecycle)?.FilterCriteria ?? {};
  expect(Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))).toEqual(
    streamFilter(new Set(finalEvents)),
  );
});

test("settings choose ready pollers and larger batches for a queue", () => {
  const { service } = synthesize({
    "jobs:pollers.action": "100",
    "jobs:batchSize.action": "100",
    "jobs:maxConcurrency": "1000",
    "jobs:holdSeconds": "15",
    "jobs:indexShards": "64",
    "jobs:schedulerStartsPerSecond": "250",
  });
  const sources = resourcesOf(service, "AWS::Lambda::EventSourceMapping").map(({ Properties }) => Properties);
  const sourceOf = (type: string) =>
    sources.find(({ FunctionName }) => FunctionName.Ref === functionOf(service, `consumers/${type}`).id);
  expect(sourceOf("action")).toMatchObject({
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 1,
    ProvisionedPollerConfig: { MinimumPollers: 100, MaximumPollers: 100 },
  });
  expect(sourceOf("action")).not.toHaveProperty("ScalingConfig");
  expect(sourceOf("storage")).toMatchObject({ BatchSize: 10, ScalingConfig: { MaximumConcurrency: 1000 } });
  expect(sourceOf("storage")).not.toHaveProperty("MaximumBatchingWindowInSeconds");
  expect(functionOf(service, "consumers/action").Properties.Environment.Variables).toMatchObject({
    HOLD_SECONDS: "15",
    INDEX_SHARDS: "64",
    INDEX_SHARDS_READ: "64",
    SCHEDULER_STARTS_PER_SECOND: "250",
  });
});

test("the API has the settings' concurrency and longest wait", () => {
  const api = functionOf(stacks["all that goes together"].service, "api").Properties;
  expect(api).toMatchObject({
    ReservedConcurrentExecutions: 100,
    Environment: { Variables: { LONGEST_HOLD_SECONDS: "10", WAITS_PER_KEY: "20", LARGEST_UPLOAD_MB: "1024" } },
  });
  const byDefault = functionOf(asItIs().service, "api").Properties;
  expect(byDefault).not.toHaveProperty("ReservedConcurrentExecutions");
  expect(byDefault.Environment.Variables).toMatchObject({ LONGEST_HOLD_SECONDS: "25", WAITS_PER_KEY: "200" });
});

test("the API and the page of an approval know for how many days the audit is kept", () => {
  const { service } = asItIs();
  for (const name of ["api", "approve"])
    expect(functionOf(service, name).Properties.Environment.Variables).toMatchObject({ AUDIT_DAYS: "400" });
});

test("no response is held for as long as the function may run", () => {
  const { Timeout } = functionOf(asItIs().service, "api").Properties;
  expect(longestWaitSeconds).toBeLessThan(Timeout - 3);
  expect(Timeout).toBeLessThan(30);
});

describe("with auth=iam", () => {
  test("API Gateway checks signatures on every route but the open ones, and no authorizer is deployed", () => {
    expect(Object.fromEntries(routesOf("iam").map((route) => [route.RouteKey, route.AuthorizationType]))).toEqual({
      "ANY /v1/{proxy+}": "AWS_IAM",
      "ANY /v1/health": "NONE",
      "ANY /approve/{token}": "NONE",
      "POST /hooks/{product}/{env}/{name}": "NONE",
      "ANY /openapi.json": "NONE",
      "ANY /events.json": "NONE",
    });
    expect(() => functionOf(stacks.iam.service, "authorizer")).toThrow("0 functions");
    expect(resourcesOf(stacks.iam.service, "AWS::ApiGatewayV2::Authorizer")).toEqual([]);
  });

  test("the outputs say what to allow callers, and not where a key is", () => {
    expect(outputsOf("iam")).toContain("ApiArn");
    expect(outputsOf("iam")).not.toContain("ApiKeySecret");
    const { Value } = stacks.iam.service.toJSON().Outputs.ApiArn;
    expect(flat(Value)).toMatch(
      /^arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:.*\/\$default\/\*\/\*$/,
    );
  });

  test("the deployed key stays, so that the setting can be reverted", () => {
    stacks.iam.state.resourceCountIs("AWS::SecretsManager::Secret", 2);
  });
});

describe("with corsOrigins", () => {
  test("API Gateway answers browsers of these origins", () => {
    stacks.cors.service.hasResourceProperties("AWS::ApiGatewayV2::Api", {
      CorsConfiguration: {
        AllowOrigins: ["https://app.example.com", "http://localhost:3000"],
        AllowMethods: ["GET", "POST", "PUT", "DELETE"],
        AllowHeaders: [
          "authorization",
          "content-type",
          "idempotency-key",
          "if-none-match",
          "prefer",
          "traceparent",
          "tracestate",
        ],
        ExposeHeaders: ["apigw-requestid", "date", "etag", "location", "preference-applied", "retry-after"],
        AllowCredentials: Match.absent(),
      },
    });
  });

  test("S3 answers them too, for what they upload and download by signed URLs", () => {
    const [bucket] = resourcesOf(stacks.cors.state, "AWS::S3::Bucket");
    expect(bucket?.Properties.CorsConfiguration.CorsRules).toEqual([
      {
        AllowedOrigins: ["https://app.example.com", "http://localhost:3000"],
        AllowedMethods: ["GET", "HEAD", "PUT"],
        AllowedHeaders: ["content-type", "if-none-match"],
        ExposedHeaders: ["etag"],
        MaxAge: 3600,
      },
    ]);
  });

  test("changes nothing else of what survives", () => {
    const rest = JSON.stringify(stacks.cors.state.toJSON(), (name, value) =>
      name === "CorsConfiguration" ? undefined : value,
    );
    expect(JSON.parse(rest)).toEqual(asItIs().state.toJSON());
  });

  test("no route handles a preflight request, and other methods need a key", () => {
    const guarded = routesOf("cors").filter(({ AuthorizationType }) => AuthorizationType === "CUSTOM");
    expect(guarded.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"].map((method) => `${method} /v1/{proxy+}`),
    );
    expect(routesOf("cors").filter(({ RouteKey }) => /^(OPTIONS|ANY|\$default)/.test(RouteKey))).toEqual([]);
  });

  test("without the memory of keys, API Gateway calls the authorizer for each request", () => {
    stacks.cors.service.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", { AuthorizerResultTtlInSeconds: 0 });
  });

  test("is off by default", () => {
    stacks.iam.service.hasResourceProperties("AWS::ApiGatewayV2::Api", { CorsConfiguration: Match.absent() });
    stacks.iam.state.hasResourceProperties("AWS::S3::Bucket", { CorsConfiguration: Match.absent() });
  });
});

describe("with a domain", () => {
  test("the API is under its own name over TLS 1.2", () => {
    const { service } = stacks.domain;
    service.hasResourceProperties("AWS::ApiGatewayV2::DomainName", {
      DomainName: "jobs.example.com",
      DomainNameConfigurations: [{ CertificateArn: certificate, EndpointType: "REGIONAL", SecurityPolicy: "TLS_1_2" }],
    });
    const [name] = resourcesOf(service, "AWS::ApiGatewayV2::DomainName");
    const mapping = { Stage: "$default", DomainName: { Ref: name?.id } };
    service.hasResourceProperties("AWS::ApiGatewayV2::ApiMapping", mapping);
    expect(service.toJSON().Outputs.ApiUrl.Value).toBe("https://jobs.example.com");
    expect(outputsOf("domain")).toEqual(expect.arrayContaining(["DomainTarget", "DomainZone"]));
  });
});

test.each(["no dashboard", "iam"] as const)("with %s nothing of the dashboard is deployed", (name) => {
  const { service } = stacks[name];
  expect(() => functionOf(service, "dashboard")).toThrow("0 functions");
  expect(routesOf(name).filter(({ RouteKey }) => / \/(assets.*)?$/.test(RouteKey))).toEqual([]);
  expect(outputsOf(name)).not.toContain("DashboardUrl");
  const alarms = resourcesOf(service, "AWS::CloudWatch::Alarm").map(({ Properties }) => Properties.AlarmName);
  expect(JSON.stringify(alarms)).not.toContain("-dashboard-");
  expect(JSON.stringify(service.toJSON())).not.toContain("PageFunction");
});

test("with a domain, the dashboard is at its name", () => {
  expect(stacks.domain.service.toJSON().Outputs.DashboardUrl.Value).toBe("https://jobs.example.com/");
});

describe.each(["own key", "team's key"] as const)("encryption with the %s", (name) => {
  const { state, service } = stacks[name];
  const properties = (type: string, template = state) =>
    resourcesOf(template, type).map(({ Properties }) => Properties);
  const isKey = name === "team's key" ? /^arn:aws:kms:eu-west-1:123456789012:key\// : /Key[0-9A-F]{8}/;

  test("covers the table, the bucket, the bus and the secret", () => {
    const [table] = properties("AWS::DynamoDB::GlobalTable");
    expect(table.SSESpecification).toEqual({ SSEEnabled: true, SSEType: "KMS" });
    expect(flat(table.Replicas[0].SSESpecification.KMSMasterKeyId)).toMatch(isKey);
    const [bucket] = properties("AWS::S3::Bucket");
    const [rule] = bucket.BucketEncryption.ServerSideEncryptionConfiguration;
    expect(rule).toMatchObject({ BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } });
    expect(flat(rule.ServerSideEncryptionByDefault.KMSMasterKeyID)).toMatch(isKey);
    expect(flat(properties("AWS::Events::EventBus")[0].KmsKeyIdentifier)).toMatch(isKey);
    expect(flat(properties("AWS::SecretsManager::Secret")[0].KmsKeyId)).toMatch(isKey);
  });

  test("covers every queue, topic and log group", () => {
    const both = (type: string) => [...properties(type), ...properties(type, service)];
    const all = [...resourcesOf(state, "AWS::SQS::Queue"), ...resourcesOf(service, "AWS::SQS::Queue")];
    const queues = all.filter(({ id }) => !id.startsWith("EventBusDeadLetters")).map(({ Properties }) => Properties);
    expect(queues).toHaveLength(all.length - 1);
    expect(queues.length).toBeGreaterThan(2 * jobTypes.length);
    for (const queue of queues) {
      expect(flat(queue.KmsMasterKeyId)).toMatch(isKey);
      expect(queue.SqsManagedSseEnabled).toBeUndefined();
    }
    // Events arrive there because the key cannot be used, and EventBridge has already encrypted them with it.
    const [bus] = all.filter((queue) => !queues.includes(queue.Properties)).map(({ Properties }) => Properties);
    expect(bus).toMatchObject({ SqsManagedSseEnabled: true });
    expect(bus).not.toHaveProperty("KmsMasterKeyId");
    // The alarms' topic keeps its own key: CloudWatch may use a key only if its policy says so.
    for (const { DisplayName, KmsMasterKeyId } of both("AWS::SNS::Topic")) {
      expect(flat(KmsMasterKeyId)).toMatch(
        DisplayName === "Ductape Jobs alarms" ? /^<AlarmNotificationsKey\w+\.Arn>$/ : isKey,
      );
    }
    const groups = both("AWS::Logs::LogGroup");
    expect(groups.length).toBeGreaterThan(jobTypes.length);
    for (const group of groups) expect(flat(group.KmsKeyId)).toMatch(isKey);
  });

  test("lets each role use the key through its services only", () => {
    const through = (roleId: string) =>
      linesOf(service, roleId)
        .filter((line) => line.startsWith("kms:"))
        .map((line) =>
          line.replace(/\.<AWS::Region>\.<AWS::URLSuffix>/g, "").replace(/ \S+ if kms:ViaService = /, " "),
        );
    const all = (services: string) =>
      ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"].map((a) => `kms:${a} ${services}`);
    const ofEntry = (entry: string) => through(roleOf(functionOf(service, entry)));
    expect(ofEntry("api")).toEqual(all("dynamodb, s3, sqs"));
    expect(ofEntry("authorizer")).toEqual(all("dynamodb, secretsmanager"));
    expect(ofEntry("lifecycle")).toEqual(all("dynamodb, s3, sqs"));
    expect(ofEntry("reconciler")).toEqual(all("dynamodb, s3, sqs"));
    for (const type of jobTypes) expect(ofEntry(`consumers/${type}`)[0]).toMatch(/^kms:Decrypt dynamodb, s3, sqs/);
    const scheduler = resourcesOf(service, "AWS::IAM::Role").find(({ id }) => id.startsWith("Schedules"));
    expect(through(scheduler?.id ?? "")).toEqual(all("sqs"));
  });
});

test("a key that the stack creates is kept and rotated, and its policy admits the services", () => {
  const [key] = resourcesOf(stacks["own key"].state, "AWS::KMS::Key") as [Resource];
  expect(key).toMatchObject({ DeletionPolicy: "RetainExceptOnCreate", UpdateReplacePolicy: "Retain" });
  expect(key.Properties.EnableKeyRotation).toBe(true);
  const byService = (
    key.Properties.KeyPolicy.Statement as { Principal: { Service?: unknown }; Condition?: unknown }[]
  ).filter(({ Principal }) => Principal.Service !== undefined);
  expect(byService.length).toBeGreaterThanOrEqual(2);
  expect(byService.map(({ Principal }) => flat(Principal.Service))).toContain("logs.<AWS::Region>.<AWS::URLSuffix>");
  const senders = byService.filter(({ Condition }) => Condition === undefined);
  // As AWS documents it: S3 does not say for which account it tests the queue of a new bucket's notifications.
  expect(senders.flatMap(({ Principal }) => Principal.Service)).toEqual([
    "events.amazonaws.com",
    "s3.amazonaws.com",
    "sns.amazonaws.com",
  ]);
  for (const { Condition } of byService.filter((statement) => !senders.includes(statement)))
    expect(JSON.stringify(Condition)).toMatch(/logs:arn|event-bus/);
  stacks["team's key"].state.resourceCountIs("AWS::KMS::Key", 0);
});

describe("with a VPC", () => {
  test.each([
    ["vpc", ["subnet-0000001a", "subnet-0123456789abcdef0"], ["sg-0000003c"]],
    [
      "vpc with a group of ours",
      ["subnet-0000001a"],
      [expect.objectContaining({ "Fn::GetAtt": [expect.any(String), "GroupId"] })],
    ],
  ] as const)("%s: only the consumer of database actions runs in its subnets", (name, subnets, groups) => {
    const placed = resourcesOf(stacks[name].service, "AWS::Lambda::Function").filter(
      ({ Properties }) => Properties.VpcConfig !== undefined,
    );
    expect(placed.map(({ id }) => id)).toEqual([functionOf(stacks[name].service, "consumers/database_action").id]);
    expect(placed[0]?.Properties.VpcConfig).toEqual({ SubnetIds: subnets, SecurityGroupIds: groups });
  });

  test("Lambda may create network interfaces, but the function's code may not", () => {
    const lines = linesOfEntry(stacks.vpc.service, "consumers/database_action").filter((line) =>
      line.startsWith("ec2:"),
    );
    expect(lines).toHaveLength(6);
    for (const line of lines) expect(line).toMatch(/ \* if lambda:SourceFunctionArn = true$/);
  });

  test("our own security group lets nothing in, and is an output", () => {
    const { service } = stacks["vpc with a group of ours"];
    service.hasResourceProperties("AWS::EC2::SecurityGroup", {
      VpcId: "vpc-0000004d",
      SecurityGroupIngress: Match.absent(),
    });
    expect(outputsOf("vpc with a group of ours")).toContain("DatabaseSecurityGroup");
    stacks.vpc.service.resourceCountIs("AWS::EC2::SecurityGroup", 0);
  });
});
