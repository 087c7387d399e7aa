import { resolve } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { type IVpc, Vpc } from "aws-cdk-lib/aws-ec2";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Duration, Stack } from "aws-cdk-lib/core";
import { catalogContext } from "../../infra/bundle/catalog-file.ts";
import { DuctapeJobs, type DuctapeJobsProps } from "../../infra/ductape-jobs.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { code } from "../../lambdas/core/catalog/code-target.ts";
import { secret } from "../../lambdas/core/catalog/references.ts";
import { queuesOf } from "../../lambdas/topology.ts";
import { privilegesByEntry } from "./privileges.ts";
import { flat, functionOf, synthesize, testApp } from "./synth.ts";

function deployed(code: (stack: Stack) => DuctapeJobsProps["code"] = () => undefined) {
  const stack = new Stack(testApp(), "Team");
  const options = code(stack);
  const catalog = "test/support/code/catalog.ts";
  const jobs = new DuctapeJobs(stack, "Jobs", { catalog, ...(options && { code: options }) });
  return { jobs, template: () => Template.fromStack(stack) };
}

describe("functions of one's own in a stack", () => {
  const made = deployed((stack) => ({
    shop: {
      memory: 1024,
      timeout: Duration.seconds(30),
      env: { LEVEL: "debug" },
      vpc: new Vpc(stack, "Vpc", { maxAzs: 1, natGateways: 0, restrictDefaultSecurityGroup: false }) as IVpc,
    },
  }));
  made.jobs
    .code("shop")
    .addToRolePolicy(new PolicyStatement({ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::prices/*"] }));
  const template = made.template();
  const may = privilegesByEntry(template);

  test("are one Lambda function a product", () => {
    expect(
      Object.keys(may)
        .filter((entry) => entry.startsWith("code/"))
        .sort(),
    ).toEqual(["code/crm", "code/shop"]);
    expect(functionOf(template, "code/shop").Properties).toMatchObject({
      ...{ FunctionName: "Team-Jobs-code-shop", Runtime: "nodejs24.x", Timeout: 30, MemorySize: 1024 },
      Environment: { Variables: { LEVEL: "debug", NODE_OPTIONS: "--enable-source-maps", SERVICE_NAME: "code/shop" } },
      VpcConfig: { SecurityGroupIds: [expect.anything()], SubnetIds: expect.anything() },
    });
    expect(functionOf(template, "code/crm").Properties).toMatchObject({ Timeout: 850, MemorySize: 512 });
  });

  test("may do what the app grants, and read the secrets that their entries list", () => {
    const network = [
      "AssignPrivateIpAddresses",
      "CreateNetworkInterface",
      "DeleteNetworkInterface",
      "DescribeNetworkInterfaces",
      "DescribeSubnets",
      "UnassignPrivateIpAddresses",
    ];
    expect(may["code/shop"]).toEqual(
      [
        `ec2:${network.join(",")} * if lambda:SourceFunctionArn = true`,
        "s3:GetObject arn:aws:s3:::prices/*",
        "secretsmanager:GetSecretValue secretsmanager:secret:shop/stripe-??????",
        "sqs:SendMessage JobsServiceQueueanswers",
        "ssm:GetParameter ssm:parameter/shop/level",
      ].map((line) => expect.stringContaining(line.split(" if ")[0] as string)),
    );
    expect(may["code/crm"]).toEqual(["sqs:SendMessage JobsServiceQueueanswers"]);
  });

  test("answer by a queue when nobody waits for them: Lambda calls them once, and tells of either end", () => {
    const [[answers] = []] = Object.entries(template.findResources("AWS::SQS::Queue")).filter(([id]) =>
      id.includes("Queueanswers"),
    );
    const plan = queuesOf(registry).answers;
    expect(template.findResources("AWS::SQS::Queue")[answers ?? ""]?.Properties).toMatchObject({
      ...{ VisibilityTimeout: plan.visibilitySeconds, MessageRetentionPeriod: plan.retentionSeconds },
      RedrivePolicy: { maxReceiveCount: plan.receives },
    });
    const sources = Object.values(template.findResources("AWS::Lambda::EventSourceMapping"));
    expect(sources.filter(({ Properties }) => flat(Properties.EventSourceArn).includes(String(answers)))).toMatchObject(
      [{ Properties: { BatchSize: plan.batchSize, FunctionResponseTypes: ["ReportBatchItemFailures"] } }],
    );
    const to = { Destination: { "Fn::GetAtt": [answers, "Arn"] } };
    const config = {
      ...{ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60, Qualifier: "$LATEST" },
      DestinationConfig: { OnSuccess: to, OnFailure: to },
    };
    const product = ({ Properties }: { Properties?: { FunctionName: { Ref: string } } }) =>
      Properties?.FunctionName.Ref.includes("Code");
    const configs = Object.values(template.findResources("AWS::Lambda::EventInvokeConfig")).filter(product);
    expect(configs).toMatchObject([{ Properties: config }, { Properties: config }]);
    const consumer = functionOf(template, "consumers/function");
    expect(consumer.Properties.Environment.Variables.CODE_ANSWER_QUEUE_URL).toEqual({ Ref: answers });
    // It calls code without waiting only once Lambda knows where the answers go.
    const ids = Object.keys(template.findResources("AWS::Lambda::EventInvokeConfig")).filter((id) => /Code/.test(id));
    expect((consumer as { DependsOn?: string[] }).DependsOn).toEqual(expect.arrayContaining(ids));
    expect(functionOf(template, "consumers/action").Properties.Environment.Variables).not.toHaveProperty(
      "CODE_ANSWER_QUEUE_URL",
    );
  });

  test("take part in the loop by which a job that recurs or is retried calls them again", () => {
    for (const entry of ["code/shop", "code/crm", "consumers/function"])
      expect([entry, functionOf(template, entry).Properties.RecursiveLoop]).toEqual([entry, "Allow"]);
  });

  test("are invoked by the consumer of functions, which reads none of their secrets", () => {
    // Jobs of each type may ask for a decision, whose address it signs.
    const consumer = (may["consumers/function"] ?? []).filter((line) => !line.includes("ApprovalKey"));
    expect(consumer.filter((line) => /^(lambda|secretsmanager|ssm):/.test(line))).toEqual([
      "lambda:InvokeFunction JobsServiceCodecrmFunction",
      "lambda:InvokeFunction JobsServiceCodeshopFunction",
      "lambda:InvokeFunction arn:aws:lambda:eu-west-1:123456789012:function:resize",
    ]);
    for (const [entry, lines] of Object.entries(may))
      if (!["consumers/function", "consumers/feature"].includes(entry))
        expect(flat(lines)).not.toContain("lambda:InvokeFunction");
    expect(functionOf(template, "consumers/function").Properties.Environment.Variables.CODE_PREFIX).toBe("Team-Jobs");
  });

  test("decide for the features of their product, whose consumer keeps their logs' values and their code", () => {
    const consumer = may["consumers/feature"] ?? [];
    expect(consumer.filter((line) => line.startsWith("lambda:"))).toEqual([
      "lambda:InvokeFunction JobsServiceCodecrmFunction",
    ]);
    const kept = consumer.filter((line) => /^s3:(Get|Put)Object/.test(line)).join(" ");
    expect(kept).toContain("/runs/*");
    expect(kept).toContain("/code/*");
    expect(functionOf(template, "consumers/feature").Properties.Environment.Variables.CODE_PREFIX).toBe("Team-Jobs");
    // It reads earlier code by links to this deployment's bucket, and has no access to the bucket itself.
    const { CODE_FROM } = functionOf(template, "code/crm").Properties.Environment.Variables;
    expect(flat(CODE_FROM)).toMatch(/https:\/\/.*\.s3\..*\/code\//);
    expect(functionOf(template, "code/shop").Properties.Environment.Variables).not.toHaveProperty("CODE_FROM");
    expect(may.lifecycle?.join(" ")).toContain("/runs/*");
  });

  test.each<[string, Record<string, object>]>([
    [
      "behind a server alone",
      {
        order: {
          envs: { prd: { provider: "serve", url: "https://shop.example.com/jobs", secret: secret("shop/code") } },
        },
      },
    ],
    ["of an earlier catalog", {}],
  ])("of features %s: runs and their steps reach their logs, and no function", (_where, features) => {
    const jobs = features.order ? { order: { type: "feature", feature: "order" } } : {};
    const { service } = synthesize({}, [{ tag: "shop", envs: ["prd"], jobs, features }]);
    const { "consumers/feature": feature = [], "consumers/function": step = [] } = privilegesByEntry(service);
    expect(feature.find((line) => line.includes("LOG#*"))).toBe("dynamodb:PutItem,Query Jobs if key = LOG#*, PARKED#*");
    expect(feature).toContain("dynamodb:UpdateItem Jobs if key = BUNDLES");
    expect(feature).toEqual(
      expect.arrayContaining(["runs", "code"].map((one) => `s3:GetObject,PutObject Payloads/${one}/*`)),
    );
    expect(step).toContain("dynamodb:Query Jobs if key = LOG#*");
    expect(step).toEqual(expect.arrayContaining(["runs", "code"].map((one) => `s3:GetObject Payloads/${one}/*`)));
    expect([feature, step].join(" ")).not.toContain("lambda:InvokeFunction");
  });

  test.each([
    ["a product without code", { plain: {} }, "`code` names products that have no functions or features in code:"],
    ["a longer time-out than a job may have", { crm: { timeout: Duration.minutes(15) } }, "at most 850 seconds"],
  ])("refuse options of %s", (_what, options, message) => {
    expect(() => deployed(() => options)).toThrow(message);
  });

  describe("of products with such tags", () => {
    const jobs = { price: { type: "function", function: "price" } };
    const functions = { price: code<typeof import("../support/code/functions.ts")>("./functions.ts") };
    const withCode = (tags: readonly string[], settings: Record<string, string> = {}) =>
      synthesize(
        { [catalogContext]: resolve("test/support/code/catalog.ts"), ...settings },
        tags.map((tag) => ({ tag, envs: ["prd"], jobs, functions })),
      );

    test("as have a dot are deployed, though no name of a function has any", () => {
      const { FunctionName } = functionOf(withCode(["acme.shop"]).service, "code/acme.shop").Properties;
      expect(FunctionName).toMatch(/^ductape-jobs-prod-service-code-acme-shop-[0-9a-f]{8}$/);
    });

    test("as would give two of them one name are refused with both and what to do", () => {
      const stage = { "jobs:stage": "continental-europe-1" };
      const tags = ["customer-exports-eu", "shop", "customer-exports-g7"];
      expect(() => withCode(tags, stage)).toThrow(
        /:\n {2}customer-exports-eu and customer-exports-g7 would be ductape-jobs-\S+-code-customer--[0-9a-f]{8}: give one of them another tag/,
      );
      expect(() => withCode(tags)).not.toThrow();
    });
  });

  test("are asked for by the tags of products that have any", () => {
    expect(() => made.jobs.code("plain")).toThrow(
      'The catalog has no functions or features in code of a product "plain".',
    );
  });
});
