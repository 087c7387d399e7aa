import { Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type AppProps, Stack } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import { grant } from "../../infra/grants/capability.ts";
import { catalogGrants } from "../../infra/grants/catalog-grants.ts";
import { defineProduct, type ProductDefinition } from "../../lambdas/consumers/types/define-product.ts";
import type { ExistingTarget } from "../../lambdas/consumers/types/function/target.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import type { StorageTarget } from "../../lambdas/consumers/types/storage/target.ts";
import { parameter, secret } from "../../lambdas/core/catalog/references.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { asItIs, expectPoliciesToFit, linesOf, linesOfEntry, resourcesOf, synthesize, testApp } from "./synth.ts";

type Synthesized = ReturnType<typeof synthesize>;

/** What every consumer may do without a catalog, per entry. */
const empty = synthesize({}, []).service;

/** What the catalog's targets add to an entry, without the common start of every ARN. Its limits use the table of jobs and the pump's queue. */
const added = ({ service }: Pick<Synthesized, "service">, entry: string) => {
  const usual = new Set(linesOfEntry(empty, entry));
  return linesOfEntry(service, entry)
    .filter((line) => !usual.has(line) && !isOfLimits(line))
    .map(shortened);
};
const isOfLimits = (line: string) => line.includes("FnGetAttJobs") || line.includes("<Queuepump");
const shortened = (line: string) => line.replace("arn:<AWS::Partition>:", "");

const here = "<AWS::Region>:<AWS::AccountId>";
const secretOf = (name: string) => `secretsmanager:GetSecretValue secretsmanager:${here}:secret:${name}-??????`;
const parameterOf = (path: string) => `ssm:GetParameter ssm:${here}:parameter${path}`;

/** Only the last test needs CloudFormation's schemas, since its catalog asks for everything. */
const product = (sections: Partial<ProductDefinition>, options?: AppProps) =>
  synthesize({}, [defineProduct({ tag: "p", envs: ["dev"], jobs: {}, ...sections })], options);

describe("with the demo's catalog", () => {
  const demo = asItIs();

  test("the consumer of actions reads the references in the apps", () => {
    expect(added(demo, "consumers/action")).toEqual([secretOf("my-product/shop"), parameterOf("/my-product/shop-url")]);
  });

  test("the consumer of notifications reads the references in the notifications, but not the shop's token", () => {
    expect(added(demo, "consumers/notification")).toEqual([
      secretOf("my-product/fcm"),
      secretOf("my-product/smtp"),
      parameterOf("/my-product/callback-url"),
      parameterOf("/my-product/fcm-endpoint"),
    ]);
  });

  test("the consumer of database actions reads the database's connection", () => {
    expect(added(demo, "consumers/database_action")).toEqual([secretOf("my-product/orders")]);
  });

  test("the consumer of functions reads the URL of the only function, and may invoke none", () => {
    expect(added(demo, "consumers/function")).toEqual([parameterOf("/my-product/pricing-url")]);
  });

  test("the consumer of storage jobs may only write, below documents/ in this account's buckets", () => {
    const documents = "s3:::*/documents/* if aws:ResourceAccount = <AWS::AccountId>";
    expect(added(demo, "consumers/storage").sort()).toEqual([
      `s3:AbortMultipartUpload ${documents}`,
      `s3:PutObject ${documents}`,
      parameterOf("/my-product/documents-bucket"),
    ]);
  });

  test("the consumer of features gets only the queues and schedules of the catalog's events", () => {
    const types = ["action", "databaseaction", "function", "notification", "publish", "storage"];
    const kinds = added(demo, "consumers/feature").map((line) => line.replace(/[0-9A-F]{8}\.Arn>/, ""));
    expect(kinds.sort()).toEqual(
      [
        ...types.map((type) => `sqs:SendMessage <Queue${type}Queue`),
        ...types.map((type) => `iam:PassRole <SchedulesRole${type} if iam:PassedToService = scheduler.amazonaws.com`),
      ].sort(),
    );
  });

  test.each(["api", "reconciler", "authorizer"])("%s gets nothing from the catalog", (entry) => {
    expect(added(demo, entry)).toEqual([]);
  });
});

test("each name is granted once, over all products and envs", () => {
  const shop = (tag: string) =>
    defineProduct({
      tag,
      envs: ["dev", "prd"],
      jobs: {},
      apps: {
        shop: {
          envs: {
            dev: { base_url: parameter("/shared/url"), auth: { type: "bearer", token: secret("shared#dev") } },
            prd: { base_url: parameter("/shared/url"), auth: { type: "bearer", token: secret(`${tag}/own#prd`) } },
          },
          actions: {},
        },
      },
    });
  expect(added(synthesize({}, [shop("b"), shop("a")]), "consumers/action")).toEqual([
    secretOf("a/own"),
    secretOf("b/own"),
    secretOf("shared"),
    parameterOf("/shared/url"),
  ]);
});

describe("functions in the catalog", () => {
  const arn = "arn:aws:lambda:eu-west-1:123456789012:function:resize";
  const callee = (...callees: ExistingTarget["envs"][string][]) =>
    product({ functions: Object.fromEntries(callees.map((dev, i) => [`f${i}`, { envs: { dev } }])) });
  const signed = (url: string | ReturnType<typeof parameter>, auth: { region?: string; arn?: string } = {}) =>
    callee({ provider: "http", url, auth: { type: "iam", ...auth } });
  const throughUrl = (resource: string) => [
    `lambda:InvokeFunctionUrl ${resource} if lambda:FunctionUrlAuthType = AWS_IAM`,
    `lambda:InvokeFunction ${resource} if lambda:InvokedViaFunctionUrl = true`,
  ];

  test("are invoked by the very ARNs that the catalog names", () => {
    expect(
      added(callee({ provider: "lambda", arn }, { provider: "lambda", arn: `${arn}:live` }), "consumers/function"),
    ).toEqual([`lambda:InvokeFunction ${arn}`, `lambda:InvokeFunction ${arn}:live`]);
  });

  test("are invoked by the consumer of functions, and by no other entry", () => {
    const stacks = callee({ provider: "lambda", arn });
    const others = [...jobTypes.filter((type) => type !== "function").map((type) => `consumers/${type}`), "api"];
    for (const entry of others) {
      expect(linesOfEntry(stacks.service, entry).filter((line) => line.startsWith("lambda:"))).toEqual([]);
    }
  });

  test("called without IAM need no grant", () => {
    const open = { provider: "http", url: "https://f.example.com" } as const;
    expect(added(callee(open, { ...open, auth: { type: "none" } }), "consumers/function")).toEqual([]);
  });

  test("behind a URL can be called only through it", () => {
    const url = "https://abc.lambda-url.eu-west-1.on.aws/";
    expect(added(signed(url, { arn }), "consumers/function")).toEqual(throughUrl(arn));
    expect(added(signed(url), "consumers/function")).toEqual(
      throughUrl("lambda:eu-west-1:<AWS::AccountId>:function:*"),
    );
  });

  test("behind a URL by reference are those of this account and Region", () => {
    const lines = throughUrl(`lambda:${here}:function:*`);
    expect(added(signed(parameter("/f/url")), "consumers/function")).toEqual([parameterOf("/f/url"), ...lines]);
  });

  test("behind API Gateway are granted as one POST to one path", () => {
    const url = "https://abc123.execute-api.eu-west-1.amazonaws.com/live/resize";
    expect(added(signed(url), "consumers/function")).toEqual([
      "execute-api:Invoke execute-api:eu-west-1:<AWS::AccountId>:abc123/$default/POST/live/resize",
      "execute-api:Invoke execute-api:eu-west-1:<AWS::AccountId>:abc123/live/POST/resize",
    ]);
    const method = "arn:aws:execute-api:eu-west-1:123456789012:abc123/live/POST/resize";
    expect(added(signed("https://api.example.com/resize", { arn: method }), "consumers/function")).toEqual([
      `execute-api:Invoke ${method}`,
    ]);
  });

  test("behind a custom host name need to be named in the catalog", () => {
    expect(added(signed("https://api.example.com/resize", { region: "eu-west-1" }), "consumers/function")).toEqual([]);
  });
});

test("a fallback has the access of its members, once", () => {
  const at = (bucket: string) => ({ envs: { dev: { provider: "s3", bucket } } }) as const;
  const alone = product({ storages: { a: at("a"), b: at("b") } });
  const together = product({ storages: { a: at("a"), b: at("b"), any: { fallback: ["a", "b"] } } });
  expect(added(together, "consumers/storage")).toEqual(added(alone, "consumers/storage"));
  expect(added(alone, "consumers/storage").length).toBeGreaterThan(1);
});

describe("buckets in the catalog", () => {
  type Place = StorageTarget["envs"][string];
  const place = (dev: Place) => product({ storages: { files: { envs: { dev } } } });
  const s3 = (settings: object) => added(place({ provider: "s3", bucket: "files", ...settings }), "consumers/storage");

  test("that are named are granted exactly, below their prefix", () => {
    expect(s3({ prefix: "invoices/2030/" }).sort()).toEqual([
      "s3:AbortMultipartUpload s3:::files/invoices/2030/*",
      "s3:PutObject s3:::files/invoices/2030/*",
    ]);
    expect(s3({})).toContain("s3:PutObject s3:::files/*");
  });

  test.each(["keep", "error"])("are also read where the policy for an existing file is %s", (overwrite) => {
    expect(s3({ overwrite })).toContain("s3:GetObject s3:::files/*");
  });

  test("have prefixes that IAM does not read as patterns", () => {
    expect(s3({ prefix: "a*/[b]$" })).toContain("s3:PutObject s3:::files/a?/?b?$/*");
  });

  test("of other servers and vendors need no grant", () => {
    expect(s3({ endpoint: "https://minio.example" })).toEqual([]);
    expect(
      added(place({ provider: "gcs", bucket: "files", service_account: secret("gcs") }), "consumers/storage"),
    ).toEqual([secretOf("gcs")]);
  });

  test("behind an endpoint of AWS or a reference are granted", () => {
    expect(s3({ endpoint: "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com" })).not.toEqual([]);
    expect(s3({ endpoint: parameter("/endpoint") })).toContain("s3:PutObject s3:::files/*");
  });
});

describe("DynamoDB tables", () => {
  const actions = {
    add: { operation: "put", table: "visits", item: { id: "{{id:string}}" } },
    one: { operation: "get", table: "visits", key: { id: "{{id:string}}" } },
    recent: { operation: "query", table: "visits", index: "by-day", key_condition: "day = {{day:string}}" },
  } as const;
  const database = (dev: object) =>
    added(
      product({ databases: { visits: { engine: "dynamodb", envs: { dev }, actions } } }),
      "consumers/database_action",
    );

  test("allow the operation of each action, on its table or index", () => {
    expect(database({}).sort()).toEqual([
      `dynamodb:GetItem dynamodb:${here}:table/visits`,
      `dynamodb:PutItem dynamodb:${here}:table/visits`,
      `dynamodb:Query dynamodb:${here}:table/visits/index/by-day`,
    ]);
  });

  test("may be in another Region, which a reference leaves open", () => {
    expect(database({ region: "eu-west-1" })).toContain(
      "dynamodb:GetItem dynamodb:eu-west-1:<AWS::AccountId>:table/visits",
    );
    expect(database({ region: parameter("/region") })).toContain(
      "dynamodb:GetItem dynamodb:*:<AWS::AccountId>:table/visits",
    );
  });

  test("outside of AWS need no grant", () => {
    expect(database({ endpoint: "http://localhost:8000" })).toEqual([]);
  });
});

describe("notifications in the catalog", () => {
  /** Tested directly, since the catalog's schema may not know all of the channels that the grants do. */
  const grantsOfChannels = (dev: object) => {
    const app = testApp();
    const stack = new Stack(app, "Stack");
    const role = new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    const notifications = { customers: { envs: { dev }, messages: {} } };
    const capabilities = catalogGrants(
      stack,
      [{ tag: "p", envs: ["dev"], jobs: {}, notifications }],
      registry.notification,
    );
    for (const capability of capabilities) grant(role, capability);
    expect(new AwsSolutionsChecks(app).validateScope(app)).toMatchObject({ violations: [] });
    const template = Template.fromStack(stack);
    return linesOf(template, resourcesOf(template, "AWS::IAM::Role")[0]?.id ?? "").map(shortened);
  };
  const sent = (resource: string) =>
    `ses:SendEmail ses:<AWS::Region>:<AWS::AccountId>:${resource} if ses:FromAddress = orders@mail.shop.example`;

  test("through SES are sent as the catalog's sender only", () => {
    expect(grantsOfChannels({ email: { provider: "ses", from: "My Shop <orders@mail.shop.example>" } })).toEqual([
      sent("configuration-set/*"),
      sent("identity/*"),
    ]);
  });

  test("through SNS go to phone numbers, and to no topic", () => {
    expect(grantsOfChannels({ sms: { provider: "sns" } })).toEqual(["sns:Publish not sns:*:*:*"]);
  });

  test("through anything else need no grant", () => {
    expect(grantsOfChannels({ email: { provider: "smtp", from: "a@shop.example" } })).toEqual([]);
  });
});

test("each wildcard that a catalog may require is acknowledged with its reason", () => {
  const everything: Partial<ProductDefinition> = {
    functions: {
      resize: { envs: { dev: { provider: "http", url: parameter("/f/url"), auth: { type: "iam" } } } },
    },
    storages: {
      files: { envs: { dev: { provider: "s3", bucket: "files" } } },
      documents: { envs: { dev: { provider: "s3", bucket: parameter("/files"), prefix: "in", overwrite: "keep" } } },
    },
    databases: {
      visits: {
        engine: "dynamodb",
        envs: { dev: { region: parameter("/region") } },
        actions: { one: { operation: "get", table: "visits", key: { id: "{{id:string}}" } } },
      },
    },
  };
  const { app } = product(everything, { builtinCloudFormationValidation: true });
  expect(new AwsSolutionsChecks(app).validateScope(app)).toMatchObject({ success: true, violations: [] });
});

test("however many names a catalog has, IAM accepts each policy", () => {
  const numbered = <T>(make: (i: number) => T) =>
    Object.fromEntries(Array.from({ length: 125 }, (_, i) => [`name-of-${i}`, make(i)]));
  const own = product({
    apps: numbered((i) => ({
      envs: {
        dev: {
          base_url: parameter(`/shop/production/app-${i}/url`),
          auth: { type: "bearer" as const, token: secret(`shop/production/app-${i}#token`) },
        },
      },
      actions: {},
    })),
    functions: numbered((i) => ({
      envs: { dev: { provider: "lambda" as const, arn: `arn:aws:lambda:eu-west-1:123456789012:function:resize-${i}` } },
    })),
  });
  const named = (entry: string) => added(own, entry).filter((line) => /shop\/production|resize-/.test(line));
  expect(named("consumers/action")).toHaveLength(250);
  expect(named("consumers/function")).toHaveLength(125);
  expectPoliciesToFit(own.service);
});
