import { byDefault } from "../../bench/herd/quotas.ts";
import { addJobs } from "../../infra/jobs-app.ts";
import { readConfig } from "../../infra/settings/config.ts";
import { SetupError } from "../../infra/settings/setup-error.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { products } from "../support/catalog/products.ts";
import { synthesize, testApp } from "./synth.ts";

const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
  throw new Error("nothing was wrong");
};

describe("settings", () => {
  const config = (settings: Record<string, unknown>) => readConfig(testApp(settings).node);

  test("have defaults", () => {
    expect(config({})).toEqual({
      stage: "prod",
      retentionDays: 30,
      auditDays: 400,
      schedulerStartsPerSecond: 1000,
      indexShards: 16,
      indexShardsRead: 16,
      holdSeconds: 0,
      batchSize: Object.fromEntries(jobTypes.map((type) => [type, 10])),
      pollers: {},
      longestWaitMs: 1000,
      publish: ["completed", "failed", "cancelled"],
      tracing: false,
      logLevel: "info",
      logDays: 30,
      alarms: "joined",
      maxConcurrency: {
        action: 60,
        notification: 60,
        database_action: 60,
        function: 60,
        storage: 60,
        publish: 60,
        feature: 60,
      },
      ownMemory: {},
      memory: {
        action: 256,
        notification: 256,
        database_action: 256,
        function: 256,
        storage: 512,
        publish: 256,
        feature: 320,
      },
      warmThroughput: undefined,
      kmsKey: "none",
      auth: "key",
      authCacheSeconds: 300,
      corsOrigins: [],
      rateLimit: 1000,
      burstLimit: 2000,
      largestUploadMb: 1024,
      apiConcurrency: undefined,
      longestHoldSeconds: 25,
      accountConcurrency: undefined,
      waitsPerKey: 200,
      dashboard: true,
      domain: undefined,
      network: undefined,
    });
  });

  test("are by default those of the herd that the benchmarks show", () => {
    const { maxConcurrency, memory, indexShards, batchSize, holdSeconds } = config({});
    const of = { maxConcurrency: maxConcurrency.action, memoryMb: memory.action, batchSize: batchSize.action };
    expect({ ...byDefault, ...of, indexShards, holdSeconds }).toEqual(byDefault);
  });

  test("write to no partition that the version before does not read", () => {
    // What the versions before read without any setting. 0.1.0 and 0.2.0 read 8.
    const readBefore = { "0.3.0": 16 };
    const { indexShards, indexShardsRead } = config({});
    expect(indexShards).toBeLessThanOrEqual(readBefore["0.3.0"]);
    expect(indexShardsRead).toBeGreaterThanOrEqual(readBefore["0.3.0"]);
  });

  test("read at least the partitions that are written", () => {
    const shards = (settings: Record<string, unknown>) => {
      const { indexShards, indexShardsRead } = config(settings);
      return [indexShards, indexShardsRead];
    };
    expect(shards({ "jobs:indexShards": 64 })).toEqual([64, 64]);
    expect(shards({ "jobs:indexShardsRead": 64 })).toEqual([16, 64]);
    expect(shards({ "jobs:indexShards": 8 })).toEqual([8, 16]);
    expect(shards({ "jobs:indexShards": 8, "jobs:indexShardsRead": 8 })).toEqual([8, 8]);
  });

  test("are strings on the command line and numbers in cdk.json", () => {
    expect(config({ "jobs:retentionDays": "7", "jobs:longestWaitMs": 5000 })).toMatchObject({
      retentionDays: 7,
      longestWaitMs: 5000,
    });
  });

  test.each([
    [{ "jobs:accountConcurrency": 10 }, 2],
    [{ "jobs:accountConcurrency": "1000" }, 200],
    [{ "jobs:accountConcurrency": 100_000 }, 10_000],
    [{ "jobs:accountConcurrency": 10, "jobs:waitsPerKey": 5 }, 5],
    [{ "jobs:accountConcurrency": 10, "jobs:waitsPerKey": 0 }, 0],
  ])("let a fifth of the functions that the account runs wait for jobs: %j", (settings, waitsPerKey) => {
    expect(config(settings).waitsPerKey).toBe(waitsPerKey);
  });

  test("for one type override those for all types", () => {
    const { maxConcurrency } = config({ "jobs:maxConcurrency": 10, "jobs:maxConcurrency.action": "3" });
    expect(maxConcurrency).toMatchObject({ action: 3, notification: 10 });
  });

  test.each<[unknown, string[]]>([
    ["started, completed", ["started", "completed"]],
    [["retrying"], ["retrying"]],
    ["none", []],
    [[], []],
  ])("choose which transitions are published: %j", (setting, publish) => {
    expect(config({ "jobs:publish": setting }).publish).toEqual(publish);
  });

  test("choose the API's authentication without the prefix: -c auth=iam", () => {
    expect(config({ auth: "iam" }).auth).toBe("iam");
    expect(config({ "jobs:auth": "iam" }).auth).toBe("iam");
    expect(messageOf(() => config({ auth: "aim" }))).toContain('jobs:auth: must be "key" or "iam"');
  });

  test.each<[Record<string, unknown>, boolean]>([
    [{}, true],
    [{ "jobs:dashboard": "false" }, false],
    [{ "jobs:dashboard": true, "jobs:auth": "key" }, true],
    [{ "jobs:auth": "iam" }, false],
    [{ "jobs:auth": "iam", "jobs:dashboard": false }, false],
  ])("%j: the dashboard is served: %s", (settings, dashboard) => {
    expect(config(settings).dashboard).toBe(dashboard);
  });

  test("of the HTTP API, the network and the consumers are strings or lists", () => {
    const subnetIds = ["subnet-0000001a", "subnet-0123456789abcdef0"];
    const given = {
      "jobs:corsOrigins": "https://a.example, http://localhost:3000",
      "jobs:subnetIds": subnetIds.join(","),
      "jobs:securityGroupIds": ["sg-0000003c"],
      "jobs:memory.storage": "1024",
    };
    expect(config(given)).toMatchObject({
      corsOrigins: ["https://a.example", "http://localhost:3000"],
      network: { subnetIds, securityGroupIds: ["sg-0000003c"] },
      memory: { storage: 1024, action: 256 },
    });
  });

  test.each<[Record<string, unknown>, string]>([
    [{ "jobs:domainName": "jobs.example.com" }, "jobs:domainName: needs jobs:certificateArn too"],
    [{ "jobs:dashboard": true, auth: "iam" }, "jobs:dashboard: needs jobs:auth=key"],
    [{ "jobs:dashboard": "no" }, "jobs:dashboard: must be true or false"],
    [{ "jobs:vpcId": "vpc-0000004d" }, "jobs:vpcId: needs jobs:subnetIds too"],
    [{ "jobs:securityGroupIds": "sg-0000003c" }, "jobs:securityGroupIds: needs jobs:subnetIds too"],
    [{ "jobs:subnetIds": "subnet-0000001a" }, "jobs:subnetIds: needs jobs:securityGroupIds, or jobs:vpcId"],
    [{ "jobs:corsOrigins": "https://a.example/" }, "jobs:corsOrigins: must be origins like https://app.example.com"],
    [{ "jobs:alarms": "loud" }, "jobs:alarms: must be false or one of joined, each"],
    [{ "jobs:alarms": "false", "jobs:alarmEmail": "a@b.example" }, "jobs:alarmEmail: needs jobs:alarms"],
    [{ "jobs:corsOrigins": "" }, "jobs:corsOrigins: must be origins"],
    [{ "jobs:otlpEndpoint": "http://otlp.example.com" }, "jobs:otlpEndpoint: must be the https URL"],
    [{ "jobs:otlpEndpoint": "https://me:key@otlp.example.com" }, "jobs:otlpEndpoint: must be the https URL"],
    [{ "jobs:otlpSecret": "ops/otlp" }, "jobs:otlpSecret: needs jobs:otlpEndpoint too"],
    [{ "jobs:kmsKey": "alias/jobs" }, 'jobs:kmsKey: must be "none", "create" or the ARN of a KMS key'],
    [{ "jobs:warmWrites": 3999 }, "jobs:warmWrites: must be a whole number from 4000 to 1000000"],
    [{ "jobs:warmReads": "x" }, "jobs:warmReads: must be a whole number from 12000 to 1000000"],
    [{ "jobs:memory.action": 64 }, "jobs:memory.action: must be a whole number from 128 to 10240"],
    [{ "jobs:certificateArn": "arn:aws:iam::1:x" }, "jobs:certificateArn: must be the ARN of an ACM certificate"],
    [{ "jobs:vpcId": "vpc-0000004d,vpc-0000005e" }, "jobs:vpcId: must be the id of a VPC"],
  ])("%j is refused, whatever else is wrong", (bad, says) => {
    expect(messageOf(() => config(bad))).toContain(says);
    expect(messageOf(() => config({ ...bad, "jobs:stage": "No", "jobs:x": 1 }))).toContain(says);
  });

  test("are all named where they are unknown or invalid", () => {
    const bad = {
      "jobs:retentiondays": 7,
      "jobs:stage": "Prod",
      "jobs:maxConcurrency": 1,
      "jobs:longestWaitMs": "",
      "jobs:publish": "done",
      "jobs:logLevel": "loud",
      "jobs:logDays": 31,
      "jobs:alarmEmail": "nobody",
      "jobs:restoredStream": "arn:aws:dynamodb:eu-west-1:123456789012:table/jobs",
    };
    const message = messageOf(() => config(bad));
    expect(message).toContain('jobs:retentiondays: unknown field. Did you mean "retentionDays"?');
    expect(message).toMatch(/jobs:stage: must be 1 to 20 lower-case/);
    expect(message).toContain("jobs:maxConcurrency: must be a whole number from 2 to 1000");
    expect(message).toContain('jobs:publish: must be "none" or some of scheduled, started, completed');
    expect(message).toContain("jobs:alarmEmail: must be an e-mail address");
    expect(message).toContain("jobs:restoredStream: must be the ARN of a table's stream");
    expect(message).toContain("jobs:logLevel: must be one of debug, info, warn, error");
    expect(message).toContain("jobs:logDays: must be one of the numbers that CloudWatch Logs accepts: 1, 3, 5");
    expect(message).toContain("jobs:longestWaitMs: must be a whole number from 1000 to 20000");
  });

  test("name the stacks after the stage, so that two deployments can exist side by side", () => {
    const { state, service } = addJobs(testApp({ "jobs:stage": "dev" }), products);
    expect([state.stackName, service.stackName]).toEqual(["ductape-jobs-dev-state", "ductape-jobs-dev-service"]);
  });
});

describe("a catalog with faults", () => {
  const faulty = {
    tag: "shop",
    envs: ["dev"],
    jobs: {
      mail: { type: "notification", notification: "custmers" },
      order: { type: "action", app: "shop", action: "create", timeout_ms: 999_999 },
    },
    apps: { shop: { envs: { dev: { base_url: "https://shop.example" } }, actions: {} } },
    notifications: { customers: { envs: { dev: {} }, messages: {} } },
  };

  test("fails synth with every fault, by file and place", () => {
    expect(messageOf(() => synthesize({}, [faulty, { envs: [] }])).split("\n")).toEqual([
      "The catalog is not valid:",
      '  products/shop.ts: jobs.mail.notification: notifications has no such entry. Did you mean "customers"?',
      expect.stringMatching(/^ {2}products\/shop\.ts: jobs\.order\.timeout_ms: at most 120000/),
      expect.stringMatching(/^ {2}products\/shop\.ts: jobs\.order\.action: app shop has no such action/),
      expect.stringMatching(/^ {2}products\/index\.ts: \[1\]\.tag: /),
      expect.stringMatching(/^ {2}products\/index\.ts: \[1\]\.envs: /),
      expect.stringMatching(/^ {2}products\/index\.ts: \[1\]\.jobs: /),
    ]);
  });
});
