import { Match } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { itemKeyOf } from "../../lambdas/aws/dynamodb/job-item.ts";
import { ConsumerEnv, JobsEnv, LifecycleEnv, RelayEnv, TasksEnv, WebhooksEnv } from "../../lambdas/aws/start/env.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { reachOfType } from "../../lambdas/core/catalog/reach.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { newJobId } from "../../lambdas/core/job/job-id.ts";
import { newUploadId, uploadKey } from "../../lambdas/core/kernel/uploads.ts";
import { keptShards } from "../../lambdas/core/ports/unscheduled.ts";
import { endpointPrefix, signalSortKey, statsPrefix } from "../../lambdas/topology.ts";
import { products } from "../support/catalog/products.ts";
import {
  flat,
  functionOf,
  linesOf,
  linesOfEntry,
  permissionsOf,
  permissionsOfEntry,
  type Resource,
  resourcesOf,
  roleOf,
  synthesize,
} from "./synth.ts";

const { app, service } = synthesize({
  "jobs:maxConcurrency": "20",
  "jobs:maxConcurrency.storage": 4,
  "jobs:longestWaitMs": 2500,
  "jobs:retentionDays": 10,
  "jobs:publish": "started,failed,waiting",
  "jobs:tracing": "true",
  "jobs:memory.feature": 512,
  "jobs:rateLimit": 50,
  "jobs:logLevel": "warn",
  "jobs:logDays": "90",
});

const functions = resourcesOf(service, "AWS::Lambda::Function");
const queues = resourcesOf(service, "AWS::SQS::Queue");
const sources = resourcesOf(service, "AWS::Lambda::EventSourceMapping");
const idIn = (arn: { "Fn::GetAtt": [string, string] }) => arn["Fn::GetAtt"][0];
const queueNamed = (id: string) => queues.find((queue) => queue.id === id) as Resource;
const sourceOfEntry = (entry: string) => {
  const { id } = functionOf(service, entry);
  return sources.find((source) => source.Properties.FunctionName.Ref === id) as Resource;
};
const sourceOf = (type: string) => sourceOfEntry(`consumers/${type}`);
/** A variable of a function's environment, with its references resolved to names. */
const textOf = (value: string | { "Fn::Join": [string, unknown[]] }): string =>
  typeof value === "object" && "Fn::Join" in value
    ? value["Fn::Join"][1].map((part) => (typeof part === "string" ? part : flat(part))).join("")
    : flat(value);
const jsonOf = (value: { "Fn::Join": [string, unknown[]] }): unknown => JSON.parse(textOf(value));
const queueOf = (type: string) => queueNamed(idIn(sourceOf(type).Properties.EventSourceArn));

describe.each(Object.values(registry))("job type $type", ({ type, limits }) => {
  const consumer = functionOf(service, `consumers/${type}`).Properties;
  const queue = queueOf(type).Properties;

  test("has a consumer with its memory and time for its longest attempt", () => {
    expect(consumer.MemorySize).toBe(type === "feature" ? 512 : limits.memory_mb);
    expect(consumer.Timeout).toBeGreaterThanOrEqual(limits.max_timeout_ms / 1000 + 20);
    expect(consumer.Timeout).toBeLessThanOrEqual(900);
  });

  test("has a queue that hides a message for six times its consumer's timeout", () => {
    expect(queue.VisibilityTimeout).toBe(6 * consumer.Timeout);
  });

  test("has a dead-letter queue that keeps messages longer than the queue does", () => {
    const deadLetters = queueNamed(idIn(queue.RedrivePolicy.deadLetterTargetArn)).Properties;
    expect(queue.RedrivePolicy.maxReceiveCount).toBe(20);
    expect(deadLetters.MessageRetentionPeriod).toBeGreaterThan(queue.MessageRetentionPeriod);
  });

  test("takes batches of ten and reports failures one by one", () => {
    expect(sourceOf(type).Properties).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: type === "storage" ? 4 : 20 },
    });
  });

  test("receives the settings and the addresses in its environment schema", () => {
    const { Variables } = consumer.Environment;
    expect(Object.keys(Variables)).toEqual(expect.arrayContaining(Object.keys(ConsumerEnv().shape)));
    expect(Variables).toMatchObject({ LONGEST_WAIT_MS: "2500", RETENTION_DAYS: "10" });
  });

  test("sends to the queues that its code reaches, and to no other", () => {
    const reach = reachOfType(type, products);
    const sends = permissionsOfEntry(service, `consumers/${type}`).filter(({ action }) => action === "sqs:SendMessage");
    // And to the pump's, if its jobs may stand in line: a feature has no limits.
    const pump = type === "feature" ? [] : [idIn(sourceOfEntry("pump").Properties.EventSourceArn)];
    expect(sends.map(({ resource }) => resource).sort()).toEqual(
      [...reach.map((other) => queueOf(other).id), ...pump].map((id) => `<${id}.Arn>`).sort(),
    );
  });

  test("gets a 404 for a removed object of ours", () => {
    const lines = linesOfEntry(service, `consumers/${type}`).filter((line) => line.startsWith("s3:ListBucket"));
    const patterns = lines.flatMap((line) => line.split(" if s3:prefix = ")[1]?.split(", ") ?? []);
    const isSeen = (prefix: string) =>
      patterns.some((pattern) =>
        new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(prefix),
      );
    const id = newJobId();
    for (const key of [`inputs/${id}/a/b`, `results/${id}/1/1/c`, `progress/${id}/1/1/c`, `progresss/${id}/1/1/c`])
      expect([key, isSeen(key)]).toEqual([key, true]);
    expect(isSeen(uploadKey({ product: "shop", env: "prd" }, newUploadId()))).toBe(type === "storage");
    for (const prefix of [
      "",
      "inputs/",
      "results/job_",
      "progress/",
      `inputs/${id.slice(0, -1)}`,
      "imports/",
      "uploads/",
      "uploads/shop/prd/upl_",
    ])
      expect([prefix, isSeen(prefix)]).toEqual([prefix, false]);
  });
});

test("every queue is encrypted and accepts TLS only", () => {
  const policies = resourcesOf(service, "AWS::SQS::QueuePolicy");
  expect(queues.length).toBeGreaterThan(10);
  for (const queue of queues) {
    expect(queue.Properties.SqsManagedSseEnabled).toBe(true);
    const own = policies.filter((policy) => policy.Properties.Queues.some((q: { Ref: string }) => q.Ref === queue.id));
    expect(own.map((policy) => policy.Properties.PolicyDocument.Statement)).toEqual([
      [
        expect.objectContaining({
          Action: "sqs:*",
          Effect: "Deny",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      ],
    ]);
  }
});

test("every function is Node 24 on arm64 and logs only its own lines", () => {
  const groups = resourcesOf(service, "AWS::Logs::LogGroup");
  for (const { Properties } of functions) {
    expect(Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      TracingConfig: { Mode: "Active" },
      LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "WARN" },
    });
    const group = groups.find(({ id }) => id === Properties.LoggingConfig.LogGroup.Ref);
    expect(group?.Properties.RetentionInDays).toBe(90);
  }
  expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(groups.map(() => 90));
});

test("the logger filters by level, since Lambda takes measurements for lines of INFO", () => {
  for (const { Properties } of functions) {
    expect(Properties.LoggingConfig).toMatchObject({
      LogFormat: "JSON",
      ApplicationLogLevel: "INFO",
      SystemLogLevel: "WARN",
    });
    expect(Properties.Environment.Variables).toMatchObject({
      LOG_LEVEL: "WARN",
      METRICS_NAMESPACE: "ductape-jobs-prod-service",
    });
  }
});

test("the reconciler knows its own code, whose change makes it follow the schedules anew", () => {
  const named = functions.filter(({ Properties }) => Properties.Environment.Variables.DEPLOYED_CODE !== undefined);
  expect(named.map(({ Properties }) => Properties.Environment.Variables.SERVICE_NAME)).toEqual(["reconciler"]);
  expect(named[0]?.Properties.Environment.Variables.DEPLOYED_CODE).toBe(named[0]?.Properties.Code.S3Key);
  expect(named[0]?.Properties.Code.S3Key).toMatch(/^[0-9a-f]{64}\.zip$/);
});

test("Lambda allows loops for the functions that wake themselves by design, and stops any other loop", () => {
  const allowed = functions.filter(({ Properties }) => Properties.RecursiveLoop === "Allow");
  expect(allowed.map(({ id }) => id).sort()).toEqual(
    [...jobTypes.map((type) => `consumers/${type}`), "tasks", "webhooks", "pump", "intake"]
      .map((entry) => functionOf(service, entry).id)
      .sort(),
  );
  const others = functions.filter((fn) => !allowed.includes(fn));
  expect(new Set(others.map(({ Properties }) => Properties.RecursiveLoop))).toEqual(new Set(["Terminate"]));
});

test.each(["api", "reconciler", "intake", "pump"])("%s has the queue of every job type, and the pump's", (entry) => {
  const { Variables } = functionOf(service, entry).Properties.Environment;
  expect(Object.keys(Variables)).toEqual(expect.arrayContaining(Object.keys(JobsEnv().shape)));
  const addresses = jsonOf(Variables.QUEUES) as Record<string, { url: string }>;
  expect(Object.keys(addresses)).toEqual([...jobTypes]);
  for (const type of jobTypes) expect(addresses[type]?.url).toBe(`<${queueOf(type).id}>`);
  const { EventSourceArn } = sourceOfEntry("pump").Properties;
  expect(Variables.PUMP_QUEUE_URL).toEqual({ "Fn::GetAtt": [idIn(EventSourceArn), "QueueName"] });
});

describe("the pump", () => {
  const pump = functionOf(service, "pump");
  const source = sourceOfEntry("pump");
  const queue = queueNamed(idIn(source.Properties.EventSourceArn));

  test("is fed by a queue that delivers a tick again soon after a kill", () => {
    expect(queue.Properties.VisibilityTimeout).toBe(30);
    expect(queue.Properties.VisibilityTimeout).toBeGreaterThan(pump.Properties.Timeout);
    expect(source.Properties).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
    // No time to gather a batch: ticks are a second apart.
    expect(source.Properties.MaximumBatchingWindowInSeconds).toBeUndefined();
  });

  test("drops a tick after five deliveries or an hour", () => {
    expect(queue.Properties).toMatchObject({ RedrivePolicy: { maxReceiveCount: 5 }, MessageRetentionPeriod: 3600 });
    const deadLetters = queueNamed(idIn(queue.Properties.RedrivePolicy.deadLetterTargetArn));
    const feeding = queues.filter(({ Properties }) =>
      flat(Properties.RedrivePolicy?.deadLetterTargetArn ?? "").includes(deadLetters.id),
    );
    expect(feeding.map(({ id }) => id)).toEqual([queue.id]);
  });

  test("reads jobs and sends their messages, and cannot write a job", () => {
    const onJobs = linesOfEntry(service, "pump").filter((line) => line.endsWith("JOB#*"));
    expect(onJobs.map((line) => line.split(" ")[0])).toEqual(["dynamodb:BatchGetItem"]);
    const sends = permissionsOfEntry(service, "pump").filter(({ action }) => action === "sqs:SendMessage");
    expect(sends.map(({ resource }) => resource).sort()).toEqual(
      [...jobTypes.map((type) => queueOf(type).id), queue.id].map((id) => `<${id}.Arn>`).sort(),
    );
  });
});

describe("the relay", () => {
  const source = sourceOfEntry("relay");
  const queue = queueNamed(idIn(source.Properties.EventSourceArn));

  test("works on one shard of kept messages at a time", () => {
    expect(source.Properties).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    expect(source.Properties.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(keptShards);
    expect(queue.Properties.VisibilityTimeout).toBe(6 * functionOf(service, "relay").Properties.Timeout);
  });

  test("is asked by the reconciler, and sends to the queue of every job type", () => {
    const { Variables } = functionOf(service, "reconciler").Properties.Environment;
    expect(flat(Variables.RELAY_QUEUE_URL)).toBe(`<${queue.id}>`);
    const own = functionOf(service, "relay").Properties.Environment.Variables;
    expect(Object.keys(own)).toEqual(expect.arrayContaining(Object.keys(RelayEnv().shape)));
    const addresses = jsonOf(own.QUEUES) as Record<string, { url: string }>;
    for (const type of jobTypes) expect(addresses[type]?.url).toBe(`<${queueOf(type).id}>`);
  });
});

test("operations on many jobs are told to go on by the API, the reconciler and the intake, which works on them", () => {
  for (const entry of ["api", "reconciler", "intake"]) {
    const { Variables } = functionOf(service, entry).Properties.Environment;
    expect(flat(Variables.IMPORT_QUEUE_URL)).toContain("Imports");
    const sends = permissionsOfEntry(service, entry).filter(({ action }) => action === "sqs:SendMessage");
    expect(sends.filter(({ resource }) => resource.includes("Imports"))).toHaveLength(1);
  }
});

describe("schedules", () => {
  /** The group's name in version 0.1.0, for a stack of this name. */
  const earlierGroup = "ductapejobsprodservice-Schedules-Group-0FB96698";
  const { Variables } = functionOf(service, "api").Properties.Environment;
  const roleArns = jsonOf(Variables.SCHEDULE_ROLES) as Record<string, string>;
  const roleIds = jobTypes.map((type) => /^<(.+)\.Arn>$/.exec(roleArns[type] ?? "")?.[1] as string);
  const deadLetters = queueNamed(idIn(Variables.SCHEDULE_DLQ_ARN));
  // Older schedules name this role for as long as their jobs are in the future.
  const shared = "SchedulesRole523D57EE";

  test.each([...roleIds, shared])("are delivered as %s, which only the Scheduler assumes for this group", (id) => {
    const role = resourcesOf(service, "AWS::IAM::Role").find((one) => one.id === id) as Resource;
    const { Statement } = role.Properties.AssumeRolePolicyDocument;
    expect(Statement).toHaveLength(1);
    expect(Statement[0]).toMatchObject({
      Action: "sts:AssumeRole",
      Effect: "Allow",
      Principal: { Service: "scheduler.amazonaws.com" },
    });
    const { StringEquals, ...others } = Statement[0].Condition;
    expect(others).toEqual({});
    expect(StringEquals["aws:SourceAccount"]).toEqual({ Ref: "AWS::AccountId" });
    const [group] = resourcesOf(service, "AWS::Scheduler::ScheduleGroup");
    expect(StringEquals["aws:SourceArn"].map(flat)).toEqual([
      `<${group?.id}.Arn>`,
      `arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule-group/${earlierGroup}`,
    ]);
  });

  test("are in a group whose name no later stack reuses", () => {
    const [group] = resourcesOf(service, "AWS::Scheduler::ScheduleGroup") as [Resource];
    expect(flat(group.Properties.Name)).toMatch(/^ductape-jobs-prod-service-\{.*AWS::StackId/);
    expect(group.DeletionPolicy).toBe("Delete");
  });

  test("in a group of the earlier name keep firing, and can be deleted", () => {
    // The logical id must not change: only a replacement keeps the old group (UpdateReplacePolicy).
    const [group] = resourcesOf(service, "AWS::Scheduler::ScheduleGroup") as [Resource];
    expect(group).toMatchObject({ id: "SchedulesGroupD276B6F4", UpdateReplacePolicy: "Retain" });
    expect(Variables.EARLIER_SCHEDULE_GROUP).toBe(earlierGroup);
    const deletes = permissionsOfEntry(service, "api").filter(({ action }) => action === "scheduler:DeleteSchedule");
    const own = flat(group.Properties.Name);
    expect(deletes.map(({ resource }) => resource.replace(/^.*?:schedule\//, ""))).toEqual([
      `${own}/job_*`,
      `${earlierGroup}/job_*`,
    ]);
  });

  test("of one type reach its queue and their dead letters only", () => {
    expect(new Set(roleIds).size).toBe(jobTypes.length);
    for (const [i, type] of jobTypes.entries()) {
      const allowed = permissionsOf(service, roleIds[i] as string).map(
        ({ action, resource }) => `${action} ${resource}`,
      );
      const expected = [queueOf(type).id, deadLetters.id].map((id) => `sqs:SendMessage <${id}.Arn>`);
      expect(allowed.sort()).toEqual(expected.sort());
    }
  });

  test("that cannot be delivered are kept for two weeks", () => {
    expect(deadLetters.Properties.MessageRetentionPeriod).toBe(14 * 24 * 3600);
  });

  test("are created by consumers for their type, by features for steps, and by the API", () => {
    const passedBy = (entry: string) =>
      permissionsOfEntry(service, entry)
        .filter(({ action }) => action === "iam:PassRole")
        .map(({ resource }) => resource)
        .sort();
    const all = [...roleIds, shared].map((id) => `<${id}.Arn>`).sort();
    for (const entry of ["api", "intake"]) expect([entry, passedBy(entry)]).toEqual([entry, all]);
    for (const type of jobTypes) {
      const scheduled = type === "feature" ? reachOfType(type, products) : [type];
      expect([type, passedBy(`consumers/${type}`)]).toEqual([type, scheduled.map((one) => roleArns[one]).sort()]);
    }
    // It makes the jobs of the catalog's schedules.
    expect(passedBy("reconciler")).toEqual(roleIds.map((id) => `<${id}.Arn>`).sort());
  });
});

describe("the HTTP API", () => {
  test("knows the memory of consumers that is not that of their types", () => {
    const [api] = functions.filter(({ Properties }) => Properties.Environment.Variables.SERVICE_NAME === "api");
    expect(api?.Properties.Environment.Variables.CONSUMER_MEMORY).toBe('{"feature":512}');
  });

  const routes = resourcesOf(service, "AWS::ApiGatewayV2::Route").map(({ Properties }) => Properties);
  const page = ["GET /", "HEAD /", "GET /assets/{proxy+}", "HEAD /assets/{proxy+}"];
  const approve = ["ANY /approve/{token}"];
  const hooks = ["POST /hooks/{product}/{env}/{name}"];
  const open = ["ANY /v1/health", "ANY /openapi.json", "ANY /events.json", ...page, ...approve, ...hooks];

  test("requires a key on every route but the health check, the schemas, the page, approvals and hooks", () => {
    expect(routes.map((route) => route.RouteKey).sort()).toEqual(["ANY /v1/{proxy+}", ...open].sort());
    for (const route of routes) {
      expect([route.RouteKey, route.AuthorizationType]).toEqual([
        route.RouteKey,
        open.includes(route.RouteKey) ? "NONE" : "CUSTOM",
      ]);
    }
  });

  test("sends the routes of the page, of approvals and of hooks to the functions that serve them, and all others to the API", () => {
    const integrations = resourcesOf(service, "AWS::ApiGatewayV2::Integration");
    const targetOf = ({ Target }: Resource["Properties"]) => {
      const { id } = integrations.find((one) => flat(Target).includes(one.id)) as Resource;
      const uri = flat(integrations.find((one) => one.id === id)?.Properties.IntegrationUri);
      return functions.find((one) => uri.includes(one.id))?.Properties.Environment.Variables.SERVICE_NAME;
    };
    for (const route of routes) {
      expect([route.RouteKey, targetOf(route)]).toEqual([
        route.RouteKey,
        page.includes(route.RouteKey)
          ? "dashboard"
          : approve.includes(route.RouteKey)
            ? "approve"
            : hooks.includes(route.RouteKey)
              ? "hooks"
              : "api",
      ]);
    }
  });

  test("hooks have half of the rate of the API, so that forged deliveries leave the other half", () => {
    const [stage] = resourcesOf(service, "AWS::ApiGatewayV2::Stage") as [Resource];
    expect(stage.Properties.RouteSettings).toEqual({
      [hooks[0] as string]: { ThrottlingRateLimit: 25, ThrottlingBurstLimit: 1000 },
    });
  });

  test("caches the authorizer's answer to a key for five minutes", () => {
    service.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerPayloadFormatVersion: "2.0",
      EnableSimpleResponses: true,
      IdentitySource: ["$request.header.Authorization"],
      AuthorizerResultTtlInSeconds: 300,
    });
  });

  test("throttles requests, and logs each without paths, which hold tokens, queries and headers", () => {
    const [stage] = resourcesOf(service, "AWS::ApiGatewayV2::Stage") as [Resource];
    expect(stage.Properties.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 2000,
    });
    const { Format } = stage.Properties.AccessLogSettings;
    expect(Format).toContain("$context.status");
    expect(Format).toContain("$context.authorizer.key_id");
    expect(Format).toContain("$context.routeKey");
    expect(Format).not.toMatch(/path|query|header|authorizer\.(?!error|key_id)/i);
  });

  test("keeps the access log in the cheaper class", () => {
    const [stage] = resourcesOf(service, "AWS::ApiGatewayV2::Stage") as [Resource];
    const rare = resourcesOf(service, "AWS::Logs::LogGroup").filter(
      ({ Properties }) => Properties.LogGroupClass === "INFREQUENT_ACCESS",
    );
    expect(rare.map(({ id }) => id)).toEqual([flat(stage.Properties.AccessLogSettings.DestinationArn).slice(1, -5)]);
    expect(resourcesOf(service, "AWS::Logs::MetricFilter")).toEqual([]);
    expect(resourcesOf(service, "AWS::Logs::SubscriptionFilter")).toEqual([]);
  });
});

test("the reconciler runs every minute", () => {
  service.hasResourceProperties("AWS::Events::Rule", {
    ScheduleExpression: "rate(1 minute)",
    State: "ENABLED",
    Targets: [{ Arn: { "Fn::GetAtt": [functionOf(service, "reconciler").id, "Arn"] } }],
  });
});

describe("the lifecycle", () => {
  const lifecycle = functionOf(service, "lifecycle");
  const source = sources.find((one) => one.Properties.FunctionName.Ref === lifecycle.id) as Resource;
  const { Variables } = lifecycle.Properties.Environment;

  test("is woken by writes of jobs, and not by counters or what expires", () => {
    const ofJobs = { Keys: { SK: { S: [itemKeyOf("job_x").SK?.S] } } };
    // And by messages to runs.
    const inserted = { Keys: { SK: { S: [itemKeyOf("job_x").SK?.S, { prefix: signalSortKey }] } } };
    const [first, second] = source.Properties.FilterCriteria.Filters;
    expect(JSON.parse(first.Pattern)).toEqual({ eventName: ["INSERT"], dynamodb: inserted });
    expect(JSON.parse(second.Pattern)).toEqual({ eventName: ["MODIFY"], dynamodb: ofJobs });
    const others = source.Properties.FilterCriteria.Filters.slice(2);
    expect(others.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))).toMatchObject([
      { eventName: ["REMOVE"], dynamodb: { OldImage: { input: { M: { blob: { S: [{ exists: true }] } } } } } },
      {
        eventName: ["REMOVE"],
        dynamodb: {
          OldImage: { type: { S: [{ "anything-but": ["action", "database_action", "publish", "storage"] }] } },
        },
      },
    ]);
  });

  test("retries a batch for half a day, and then its position becomes a dead letter", () => {
    const { EventSourceArn, DestinationConfig, ...properties } = source.Properties;
    expect(flat(EventSourceArn)).toMatch(/Jobs.*StreamArn/);
    expect(properties).toMatchObject({
      StartingPosition: "TRIM_HORIZON",
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRecordAgeInSeconds: 43_200,
      MaximumRetryAttempts: 10_000,
    });
    const deadLetters = queueNamed(idIn(DestinationConfig.OnFailure.Destination));
    expect(deadLetters.Properties.MessageRetentionPeriod).toBe(14 * 24 * 3600);
    // The function itself sends what is permanently refused there.
    expect(flat(Variables.LIFECYCLE_DLQ_URL)).toBe(`<${deadLetters.id}>`);
  });

  test("publishes what the settings say", () => {
    expect(Object.keys(Variables)).toEqual(expect.arrayContaining(Object.keys(LifecycleEnv().shape)));
    expect(Variables.PUBLISH).toBe("started,failed,waiting");
    // Jobs note that they begin to wait only where somebody asks for it.
    expect(functionOf(service, "consumers/action").Properties.Environment.Variables.NOTE_WAITS).toBe("true");
    expect(flat(Variables.EVENT_BUS_NAME)).toMatch(/Bus/);
  });

  test("reads the stream, publishes to its bus, and reaches no job", () => {
    const own = permissionsOfEntry(service, "lifecycle").filter(({ action }) => !/^(logs|xray):/.test(action));
    expect(
      own.map(
        ({ action, resource }) =>
          `${action} ${resource.replace(/^.*(Jobs|Bus|DeadLetters|inputs\/\*|progress\*|runs\/\*).*$/, "$1")}`,
      ),
    ).toEqual([
      "dynamodb:DescribeStream Jobs",
      "dynamodb:GetRecords Jobs",
      "dynamodb:GetShardIterator Jobs",
      "dynamodb:ListStreams *",
      "events:PutEvents Bus",
      // Counters, and causes of failures, with what they remember of what they have counted.
      "dynamodb:GetItem Jobs",
      "dynamodb:UpdateItem Jobs",
      "dynamodb:GetItem Jobs",
      "dynamodb:UpdateItem Jobs",
      // Who waits for signals, and the notes of those who do not any more.
      "dynamodb:DeleteItem Jobs",
      "dynamodb:Query Jobs",
      "s3:DeleteObject inputs/*",
      "s3:DeleteObject progress*",
      "s3:DeleteObject runs/*",
      // What runs of code have seen, which goes with their jobs.
      "dynamodb:BatchWriteItem Jobs",
      "dynamodb:Query Jobs",
      "sqs:SendMessage DeadLetters",
      expect.stringMatching(/^sqs:SendMessage <Queuefeature/),
      expect.stringMatching(/^sqs:SendMessage <Tasks/),
      expect.stringMatching(/^sqs:SendMessage <Webhooks/),
    ]);
    const onlyCounters = {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`${statsPrefix}*`] },
      Null: { "dynamodb:LeadingKeys": "false" },
    };
    service.hasResourceProperties("AWS::IAM::Policy", {
      Roles: [{ Ref: roleOf(lifecycle) }],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: ["dynamodb:GetItem", "dynamodb:UpdateItem"], Condition: onlyCounters }),
        ]),
      },
    });
  });
});

describe("the function that answers Step Functions' tasks", () => {
  const tasks = functionOf(service, "tasks");
  const source = sources.find((one) => one.Properties.FunctionName.Ref === tasks.id) as Resource;
  const queue = queueNamed(idIn(source.Properties.EventSourceArn));

  test("is fed by its own queue, whose timeout is six times the function's", () => {
    expect(queue.Properties.VisibilityTimeout).toBe(6 * tasks.Properties.Timeout);
    expect(queue.Properties.RedrivePolicy.maxReceiveCount).toBe(20);
    expect(source.Properties.FunctionResponseTypes).toEqual(["ReportBatchItemFailures"]);
    expect(flat(tasks.Properties.Environment.Variables.TASK_QUEUE_URL)).toBe(`<${queue.id}>`);
    const dead = idIn(queue.Properties.RedrivePolicy.deadLetterTargetArn);
    expect(flat(tasks.Properties.Environment.Variables.TASK_DLQ_URL)).toBe(`<${dead}>`);
    expect(flat(functionOf(service, "lifecycle").Properties.Environment.Variables.TASK_QUEUE_URL)).toBe(
      `<${queue.id}>`,
    );
    expect(Object.keys(tasks.Properties.Environment.Variables)).toEqual(
      expect.arrayContaining(Object.keys(TasksEnv().shape)),
    );
  });

  test("is the only function that may answer a task, and only reads jobs", () => {
    const own = permissionsOfEntry(service, "tasks").filter(({ action }) =>
      /^(dynamodb|s3|states|sqs:Send)/.test(action),
    );
    expect(own.map(({ action }) => action)).toEqual([
      "dynamodb:GetItem",
      "s3:GetObject",
      "s3:ListBucket",
      "sqs:SendMessage",
      "sqs:SendMessage",
      "states:SendTaskFailure",
      "states:SendTaskHeartbeat",
      "states:SendTaskSuccess",
    ]);
    const others = functions.filter(({ Properties }) =>
      permissionsOf(service, idIn(Properties.Role)).some(({ action }) => action.startsWith("states:")),
    );
    expect(others.map(({ id }) => id)).toEqual([tasks.id]);
  });
});

describe("the function that sends webhooks", () => {
  const webhooks = functionOf(service, "webhooks");
  const source = sources.find((one) => one.Properties.FunctionName.Ref === webhooks.id) as Resource;
  const queue = queueNamed(idIn(source.Properties.EventSourceArn));

  test("is fed by its own queue in batches for ten endpoints", () => {
    expect(queue.Properties.VisibilityTimeout).toBe(6 * webhooks.Properties.Timeout);
    expect(source.Properties).toMatchObject({
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
    const { Variables } = webhooks.Properties.Environment;
    expect(Object.keys(Variables)).toEqual(expect.arrayContaining(Object.keys(WebhooksEnv().shape)));
    for (const fn of [webhooks, functionOf(service, "lifecycle")]) {
      expect(flat(fn.Properties.Environment.Variables.WEBHOOK_QUEUE_URL)).toBe(`<${queue.id}>`);
    }
  });

  test("reads only webhooks' URLs and secrets, and reaches no job", () => {
    const own = linesOfEntry(service, "webhooks").filter((line) => !/^(logs|xray|sqs:[^S])/.test(line));
    expect(own.map((line) => line.replace(/arn:<AWS::Partition>:\w+:<AWS::Region>:<AWS::AccountId>:/, ""))).toEqual([
      expect.stringMatching(/^dynamodb:GetItem .* if dynamodb:LeadingKeys = WEBHOOK#\*$/),
      expect.stringMatching(/^dynamodb:UpdateItem .* if dynamodb:LeadingKeys = WEBHOOK#\*$/),
      expect.stringMatching(/^dynamodb:UpdateItem .* if dynamodb:LeadingKeys = SENT#\*$/),
      expect.stringMatching(/^events:PutEvents /),
      `sqs:SendMessage <${queue.id}.Arn>`,
      `sqs:SendMessage <${idIn(queue.Properties.RedrivePolicy.deadLetterTargetArn)}.Arn>`,
      "secretsmanager:GetSecretValue secret:my-product/webhook-??????",
      "ssm:GetParameter parameter/my-product/webhook-url",
    ]);
    expect(endpointPrefix).toBe("WEBHOOK#");
  });

  test("is the only function that reads the webhooks' URLs and secrets", () => {
    const readers = functions.filter(({ Properties }) =>
      permissionsOf(service, idIn(Properties.Role)).some(({ resource }) => resource.includes("my-product/webhook")),
    );
    expect(readers.map(({ id }) => id)).toEqual([webhooks.id]);
  });
});

test("the outputs give the API's address and the secret that holds its key", () => {
  expect(Object.keys(service.toJSON().Outputs)).toEqual(
    expect.arrayContaining([
      "DashboardUrl",
      "ApiUrl",
      "ApiKeySecret",
      "TableName",
      "BucketName",
      "EventBusName",
      "ScheduleGroup",
    ]),
  );
});

describe("least privilege", () => {
  const roles = resourcesOf(service, "AWS::IAM::Role");
  const all = roles.flatMap(({ id }) => permissionsOf(service, id));

  test("no role has a managed policy or an action with a wildcard", () => {
    expect(roles.filter((role) => role.Properties.ManagedPolicyArns !== undefined)).toEqual([]);
    expect(all.filter(({ action }) => action.includes("*"))).toEqual([]);
  });

  test("the wildcards in resources are all accounted for", () => {
    const wild = all.filter(({ resource }) => resource.includes("*"));
    const kinds = new Set(
      wild.map(
        ({ action, resource }) => `${action} ${resource.replace(/^.*?Payloads\w*\/|^.*\/(?=.+\/\*$)|^.*\/(?!\*)/, "")}`,
      ),
    );
    expect([...kinds].sort()).toEqual([
      "dynamodb:ListStreams *",
      "s3:AbortMultipartUpload documents/*",
      "s3:DeleteObject inputs/*",
      "s3:DeleteObject progress*",
      "s3:DeleteObject results/*",
      "s3:DeleteObject runs/*",
      // The code with which runs of features began.
      "s3:GetObject code/*",
      "s3:GetObject imports/*",
      "s3:GetObject inputs/*",
      "s3:GetObject operations/*",
      "s3:GetObject progress*",
      "s3:GetObject results/*",
      "s3:GetObject runs/*",
      "s3:GetObject uploads/*",
      "s3:PutObject code/*",
      "s3:PutObject documents/*",
      "s3:PutObject import-reports/*",
      "s3:PutObject inputs/*",
      "s3:PutObject operations/*",
      "s3:PutObject progress*",
      "s3:PutObject results/*",
      "s3:PutObject runs/*",
      "s3:PutObject uploads/*",
      "scheduler:CreateSchedule job_*",
      "scheduler:DeleteSchedule job_*",
      "states:SendTaskFailure *",
      "states:SendTaskHeartbeat *",
      "states:SendTaskSuccess *",
      "xray:PutTelemetryRecords *",
      "xray:PutTraceSegments *",
    ]);
  });

  test("the authorizer reads only the deployed API key and created keys, and notes the use of these", () => {
    const own = linesOfEntry(service, "authorizer").filter((line) => !/^(logs|xray):/.test(line));
    expect(own).toEqual([
      expect.stringMatching(/^secretsmanager:GetSecretValue \S*ApiKey\S*$/),
      expect.stringMatching(/^dynamodb:GetItem \S*Jobs\S* if dynamodb:LeadingKeys = KEYS$/),
      expect.stringMatching(
        /^dynamodb:UpdateItem \S*Jobs\S* if dynamodb:LeadingKeys = KEYS if dynamodb:Attributes = PK, SK, last_used_at$/,
      ),
    ]);
  });

  test("functions that work with jobs cannot read the keys in the same table", () => {
    const onTable = functions.flatMap(({ Properties }) =>
      linesOf(service, idIn(Properties.Role))
        .filter((line) => /^dynamodb:(?!\w*(Stream|Records|ShardIterator))/.test(line) && !line.includes("/index/"))
        .map((line) => `${Properties.Environment.Variables.SERVICE_NAME} ${line}`),
    );
    const reach = new Set(
      onTable.flatMap((line) => / if dynamodb:LeadingKeys = (.*?)(?: if |$)/.exec(line)?.[1]?.split(", ") ?? ["any"]),
    );
    expect([...reach].sort()).toEqual([
      "APPR#*",
      "AUDIT#*",
      "BUNDLES",
      "CACHE#*",
      "CAUSE#*",
      "DEF#*",
      "DUE#*",
      "ERRORS#*",
      "GATE#*",
      "HOOK#*",
      "JOB#*",
      "KEYS",
      "LIMITS#*",
      "LOG#*",
      "OP#*",
      "OPEN",
      "OPS",
      "OPS*",
      "PARKED#*",
      "PAUSES",
      "PUMP#*",
      "ROLLUP",
      "ROUNDS",
      "SCHEDULES",
      "SENT#*",
      "SHARED#*",
      "SIG#*",
      "STATS#*",
      "UNSCHEDULED#*",
      "WAITS#*",
      "WEBHOOK#*",
    ]);
    expect(onTable.filter((line) => line.includes("= KEYS"))).toEqual([
      expect.stringMatching(/^authorizer dynamodb:GetItem /),
      expect.stringMatching(/^authorizer dynamodb:UpdateItem /),
      // Whether the caller of an operation still has its key.
      expect.stringMatching(/^intake dynamodb:GetItem /),
    ]);
  });

  test("only the authorizer reads the API key", () => {
    const readers = functions.filter(({ Properties }) =>
      permissionsOf(service, idIn(Properties.Role)).some(({ resource }) => resource.includes("ApiKey")),
    );
    expect(readers.map(({ id }) => id)).toEqual([functionOf(service, "authorizer").id]);
  });

  test("the API reads, lists and writes jobs, and claims none", () => {
    const own = permissionsOfEntry(service, "api").filter(({ action }) => action.startsWith("dynamodb:"));
    // A claim is an UpdateItem, which the API may apply only to gates, pins, definitions, counts and webhook endpoints:
    // least-privilege.cases.ts.
    const onIndex = own.filter(({ resource }) => resource.endsWith("/index/by-phase")).map(({ action }) => action);
    const onTable = own.filter(({ resource }) => !resource.includes("/index/")).map(({ action }) => action);
    expect(onIndex).toEqual(["dynamodb:Query"]);
    expect([...new Set(onTable)].sort()).toEqual([
      "dynamodb:BatchGetItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]);
    const updates = linesOfEntry(service, "api").filter((line) => line.startsWith("dynamodb:UpdateItem"));
    const keys = updates.map((line) => line.replace(/^.* = /, "")).sort();
    expect(keys).toEqual(["DUE#*", "GATE#*", "LIMITS#*, DEF#*, CAUSE#*, WAITS#*", "WEBHOOK#*"]);
  });

  const whoMay = (action: string, resource = /./) =>
    functions
      .filter(({ Properties }) =>
        permissionsOf(service, idIn(Properties.Role)).some(
          (own) => own.action === action && resource.test(own.resource),
        ),
      )
      .map(({ Properties }) => Properties.Environment.Variables.SERVICE_NAME)
      .sort();

  test("only functions that create jobs may delete them", () => {
    // Slots and waiting lists are deleted by whoever frees them.
    const onJobs = functions
      .map(({ Properties }) => Properties.Environment.Variables.SERVICE_NAME)
      .filter((entry) =>
        linesOfEntry(service, entry).some((line) => /^dynamodb:\S*DeleteItem\S* .*JOB#\*$/.test(line)),
      );
    expect(onJobs.toSorted()).toEqual(["api", "consumers/feature", "hooks", "intake", "reconciler"]);
    expect(whoMay("s3:PutObject", /\/inputs\//)).toEqual(["api", "consumers/feature", "hooks", "intake", "reconciler"]);
    expect(whoMay("s3:DeleteObject", /\/inputs\//)).toEqual([
      "api",
      "consumers/feature",
      "hooks",
      "intake",
      "lifecycle",
      "reconciler",
    ]);
    expect(whoMay("s3:DeleteObject", /\/progress/)).toEqual(["lifecycle"]);
  });

  test("the items that features decide on are read in one request, and unneeded schedules are deleted", () => {
    expect(whoMay("dynamodb:BatchGetItem")).toContain("consumers/feature");
    expect(whoMay("scheduler:DeleteSchedule")).toContain("consumers/feature");
  });

  test("an upload is written through the API's URLs and read by its consumer only", () => {
    expect(whoMay("s3:PutObject", /\/uploads\//)).toEqual(["api"]);
    expect(whoMay("s3:GetObject", /\/uploads\//)).toEqual(["consumers/storage"]);
  });

  test("cdk-nag finds nothing that is not acknowledged", () => {
    expect(new AwsSolutionsChecks(app).validateScope(app)).toMatchObject({ success: true, violations: [] });
  });
});
