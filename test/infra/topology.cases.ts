import { registry } from "../../lambdas/consumers/types/registry.ts";
import {
  blobRetentionDays,
  type FunctionName,
  functionsOf,
  type QueueName,
  queuesOf,
  transitionEvent,
} from "../../lambdas/topology.ts";
import { asItIs, flat, functionOf, type Resource, resourcesOf } from "./synth.ts";

const { state, service } = asItIs();
const functions = resourcesOf(service, "AWS::Lambda::Function");
const sources = resourcesOf(service, "AWS::Lambda::EventSourceMapping");
const queues = [state, service].flatMap((stack) => resourcesOf(stack, "AWS::SQS::Queue"));
// A catalog with functions in code has one more: code.cases.ts.
const { answers: _ofCode, ...planned } = queuesOf(registry);
/** Deployed where the settings signIn and auditLockDays, or the catalog, ask for them: see sign-in, audit-record and search.cases.ts. */
const onlyIfAskedFor = new Set(["sign-in", "audit-record", "indexer"]);
const functionsHere = Object.entries(functionsOf(registry)).filter(([name]) => !onlyIfAskedFor.has(name));

/** The start of each queue's logical id. */
const idOf = (name: QueueName): RegExp => {
  const shared = {
    tasks: /^TasksQueue(?!Dead)/,
    webhooks: /^WebhooksQueue(?!Dead)/,
    intake: /^IntakeQueue/,
    imports: /^IntakeImports/,
  };
  return name in shared ? shared[name as keyof typeof shared] : new RegExp(`^Queue${name.replace("_", "")}(?!Dead)`);
};
const queueOf = (name: QueueName): Resource => {
  const found = queues.filter(({ id }) => idOf(name).test(id));
  if (found.length !== 1) throw new Error(`${found.length} queues for ${name}: ${found.map(({ id }) => id)}`);
  return found[0] as Resource;
};

test("exactly the topology's functions are deployed", () => {
  const deployed = functions.map(({ Properties }) => Properties.Environment.Variables.SERVICE_NAME);
  expect(deployed.sort()).toEqual(functionsHere.map(([name]) => name).sort());
});

test.each(functionsHere)("function %s has the planned timeout and memory", (name, plan) => {
  const { Timeout, MemorySize } = functionOf(service, name).Properties;
  expect({ Timeout, MemorySize }).toEqual({ Timeout: plan.timeoutSeconds, MemorySize: plan.memoryMb });
});

test.each(Object.entries(planned))("queue %s is deployed as planned, and feeds its function", (name, plan) => {
  const { id, Properties } = queueOf(name as QueueName);
  expect(Properties).toMatchObject({
    VisibilityTimeout: plan.visibilitySeconds,
    MessageRetentionPeriod: plan.retentionSeconds,
    RedrivePolicy: { maxReceiveCount: plan.receives },
  });
  const fed = sources.filter((source) => flat(source.Properties.EventSourceArn).includes(id));
  expect(fed.map((source) => source.Properties)).toMatchObject([
    {
      FunctionName: { Ref: functionOf(service, plan.feeds satisfies FunctionName).id },
      BatchSize: plan.batchSize,
      ScalingConfig: { MaximumConcurrency: plan.concurrency },
    },
  ]);
});

test("the deployment's only other queues are their dead letters", () => {
  const known = Object.keys(planned).map((name) => queueOf(name as QueueName).id);
  const others = queues.filter(({ id }) => !known.includes(id)).map(({ id }) => id);
  expect(others.every((id) => id.includes("DeadLetters"))).toBe(true);
});

test("the bucket deletes objects as the topology says", () => {
  const [bucket] = resourcesOf(state, "AWS::S3::Bucket") as [Resource];
  const rules: { Prefix?: string; ExpirationInDays?: number }[] = bucket.Properties.LifecycleConfiguration.Rules;
  const days = rules.flatMap(({ Prefix, ExpirationInDays }) => (Prefix ? [[Prefix, ExpirationInDays]] : []));
  expect(Object.fromEntries(days)).toEqual(blobRetentionDays(30));
});

test("transitions are published under the names in the docs", () => {
  expect(transitionEvent("completed")).toBe("job.completed");
});
