import { readFileSync } from "node:fs";
import { ServerlessChecks } from "cdk-nag";
import { anchorOf } from "../../infra/constructs/watching/alarm-spec.ts";
import { measures } from "../../lambdas/core/job/measures.ts";
import { asItIs, flat, functionOf, permissionsOf, type Resource, resourcesOf, synthesize } from "./synth.ts";

const { app, service, state } = synthesize({ "jobs:alarmEmail": "ops@example.com" });

const alarms = resourcesOf(service, "AWS::CloudWatch::Alarm");
const queues = [service, state].flatMap((stack) => resourcesOf(stack, "AWS::SQS::Queue"));
const functions = resourcesOf(service, "AWS::Lambda::Function");
const [topic] = resourcesOf(service, "AWS::SNS::Topic") as [Resource];
const page = readFileSync(new URL("../../docs/operations/alarms.md", import.meta.url), "utf8");
const sections = [...page.matchAll(/^## (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));

const name = ({ Properties }: Resource): string => Properties.AlarmName;
/** What an alarm watches: the metric and, by reference or import, the resource with its id. */
const watches = (metric: string, dimensions: readonly { Value: unknown }[] = []): string =>
  `${metric} ${dimensions.map(({ Value }) => flat(Value)).join(" ")}`;

interface Watched {
  what: string;
  threshold: number;
}

/** What the alarms watch, each with its threshold. An alarm of several metrics has it in its expression. */
const watchedBy = (all: Resource[]): Watched[] =>
  all.flatMap(({ Properties: { MetricName, Dimensions, Threshold, Metrics = [] } }) =>
    MetricName === undefined
      ? Metrics.filter(({ MetricStat }: { MetricStat?: unknown }) => MetricStat).map(
          ({ Id, MetricStat: { Metric } }: Resource["Properties"]) => ({
            what: watches(Metric.MetricName, Metric.Dimensions),
            threshold: Number(new RegExp(`\\b${Id} / (\\d+)`).exec(Metrics[0].Expression)?.[1] ?? Number.NaN),
          }),
        )
      : [{ what: watches(MetricName, Dimensions), threshold: Threshold }],
  );
const watched = watchedBy(alarms);
const alarmOn = (metric: string, id: string) =>
  watched.find(({ what }) => what.startsWith(`${metric} `) && what.includes(id));
const among = (all: Resource[], what: string) =>
  all.find((alarm) => name(alarm) === `ductape-jobs-prod-service-${what}`)?.Properties as Resource["Properties"];
const named = (what: string) => among(alarms, what);
/** The alarms where each queue, function and rule has its own. */
const single = resourcesOf(synthesize({ "jobs:alarms": "each" }).service, "AWS::CloudWatch::Alarm");

describe.each(alarms.map((alarm) => [name(alarm), alarm] as const))("alarm %s", (_name, { Properties }) => {
  test("notifies the topic when it begins and when it ends", () => {
    expect(Properties.AlarmActions).toEqual([{ Ref: topic.id }]);
    expect(Properties.OKActions).toEqual([{ Ref: topic.id }]);
  });

  test("says what to do, and names its section of docs/operations/alarms.md", () => {
    const { AlarmDescription } = Properties;
    const [, todo, anchor] = /^(.+\.) See docs\/operations\/alarms\.md#([\w-]+)$/.exec(AlarmDescription) ?? [];
    expect(todo?.length).toBeGreaterThan(40);
    expect(sections).toContain(anchor);
  });

  test("treats missing data as a breach only where data is expected every minute", () => {
    expect(Properties.TreatMissingData).toBe(
      Properties.AlarmName.endsWith("reconciler-missing") ? "breaching" : "notBreaching",
    );
  });
});

test("every section of the page on alarms begins with the name of its alarm", () => {
  const meant = new Set(alarms.map(({ Properties }) => Properties.AlarmDescription.split("#")[1]));
  expect(sections.toSorted()).toEqual([...meant].sort());
  for (const alarm of alarms) {
    const { AlarmDescription } = alarm.Properties;
    const section = page
      .split(/^## /m)
      .find((text) => AlarmDescription.endsWith(`#${anchorOf(text.split("\n")[0] ?? "")}`));
    const [line = ""] = /^\*\*Alarms?:\*\* .*$/m.exec(section ?? "") ?? [];
    const shown = [...line.matchAll(/`([a-z-]+)`/g)].map(([, one = ""]) => one);
    expect([name(alarm), shown.filter((one) => name(alarm).endsWith(`-service-${one}`))]).toEqual([
      name(alarm),
      [expect.any(String)],
    ]);
  }
});

describe("completeness of the alarms:", () => {
  const sources = resourcesOf(service, "AWS::Lambda::EventSourceMapping").map(({ Properties }) => Properties);
  const isConsumed = ({ id }: Resource) => sources.some(({ EventSourceArn }) => flat(EventSourceArn).includes(id));
  const [consumed, unconsumed] = [queues.filter(isConsumed), queues.filter((queue) => !isConsumed(queue))];

  test("every queue without a consumer has an alarm on its messages", () => {
    const missing = unconsumed.filter(({ id }) => !alarmOn("ApproximateNumberOfMessagesVisible", id));
    expect(missing.map(({ id }) => id)).toEqual([]);
    expect(unconsumed.length).toBeGreaterThan(8);
  });

  test("the dead letters of every queue and of the stream go to such a queue", () => {
    const redriven = queues.flatMap(({ Properties }) => Properties.RedrivePolicy?.deadLetterTargetArn ?? []);
    const failures = sources.flatMap(({ DestinationConfig }) => DestinationConfig?.OnFailure?.Destination ?? []);
    const taken = [...redriven, ...failures].map(
      (arn) => unconsumed.find(({ id }) => flat(arn).includes(id))?.id ?? flat(arn),
    );
    expect(unconsumed.map(({ id }) => id)).toEqual(expect.arrayContaining(taken));
    expect(taken).toHaveLength(consumed.length + 1);
  });

  test("every queue that a function consumes has an alarm on its age", () => {
    const longestDelay = 900;
    expect(consumed.length).toBeGreaterThan(8);
    for (const { id, Properties } of consumed) {
      const alarm = alarmOn("ApproximateAgeOfOldestMessage", id);
      expect([id, alarm?.threshold]).toEqual([id, longestDelay + Properties.VisibilityTimeout + 300]);
    }
  });

  test.each(["Errors", "Throttles"])("every function has an alarm on its %s", (metric) => {
    expect(functions.filter(({ id }) => !alarmOn(metric, id)).map(({ id }) => id)).toEqual([]);
  });

  test("every function with a failure destination has an alarm for records that Lambda cannot deliver there", () => {
    const invoked = resourcesOf(service, "AWS::Lambda::EventInvokeConfig").map(({ Properties }) => Properties);
    const configured = [...sources, ...invoked].filter(({ DestinationConfig }) => DestinationConfig !== undefined);
    const ids = [...new Set(configured.map(({ FunctionName }) => FunctionName.Ref))];
    const alarmed = single.filter(({ Properties }) => Properties.MetricName === "DestinationDeliveryFailures");
    expect(ids).toHaveLength(2);
    expect(alarmed.map(({ Properties }) => Properties.Dimensions[0].Value.Ref).sort()).toEqual(ids.sort());
  });

  test("an alarm watches what each rule could not deliver", () => {
    const ofRules = single.filter(({ Properties }) => Properties.MetricName === "FailedInvocations");
    const rules = [service, state].flatMap((stack) => resourcesOf(stack, "AWS::Events::Rule"));
    expect(ofRules).toHaveLength(rules.length);
    expect(among(single, "rule-reconciler-everyminute").Dimensions).toEqual([
      { Name: "RuleName", Value: { Ref: rules.find(({ Properties }) => Properties.ScheduleExpression)?.id } },
    ]);
    // A reference to the rule would be `<bus>|<rule>`; its ARN is `arn:...:rule/<bus>/<rule>`.
    expect(among(single, "rule-intake-requests").Dimensions).toEqual([
      { Name: "EventBusName", Value: { "Fn::ImportValue": expect.stringMatching(/RefBus/) } },
      {
        Name: "RuleName",
        Value: {
          "Fn::Select": [2, { "Fn::Split": ["/", { "Fn::ImportValue": expect.stringMatching(/Requests.*Arn/) }] }],
        },
      },
    ]);
  });
});

describe("joined alarms of several resources", () => {
  test("watch what separate alarms would, at the same thresholds", () => {
    const byWhat = (all: Watched[]) => Object.fromEntries(all.map(({ what, threshold }) => [what, threshold]));
    expect(byWhat(watched)).toEqual(byWhat(watchedBy(single)));
    expect(alarms.map(name).filter((one) => /dead-letters|-errors-|rule/.test(one))).toEqual([
      "ductape-jobs-prod-service-dead-letters-jobs",
      "ductape-jobs-prod-service-dead-letters-system",
      "ductape-jobs-prod-service-errors-jobs",
      "ductape-jobs-prod-service-errors-system",
      "ductape-jobs-prod-service-rule-failures",
    ]);
  });

  test("ring when one of their metrics reaches its threshold", () => {
    const { Metrics, Threshold, ComparisonOperator } = named("errors-jobs");
    expect(Metrics[0]).toMatchObject({
      Expression: expect.stringMatching(/^MAX\(\[m0 \/ 3, m1 \/ 3, .* m8 \/ 3\]\)$/),
    });
    expect({ Threshold, ComparisonOperator }).toEqual({
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
    });
  });

  test("have at most the ten metrics that an alarm may have", () => {
    const metrics = alarms.map(({ Properties }) => Properties.Metrics?.length ?? 1);
    expect(Math.max(...metrics)).toBeLessThanOrEqual(11);
    expect(Math.max(...metrics)).toBeGreaterThan(7);
  });

  test("are less than half as many as separate alarms", () => {
    expect(alarms.length).toBeLessThan(30);
    expect(single.length).toBeGreaterThan(70);
  });
});

test("without alarms there is no topic for them and no key", () => {
  const { service: silent } = synthesize({ "jobs:alarms": "false" });
  for (const type of ["AWS::CloudWatch::Alarm", "AWS::SNS::Topic", "AWS::KMS::Key"]) silent.resourceCountIs(type, 0);
  silent.resourceCountIs("AWS::CloudWatch::Dashboard", 1);
  expect(silent.toJSON().Outputs).not.toHaveProperty("AlarmTopic");
});

test("the Scheduler's group, the stream and the API are watched", () => {
  const [group] = resourcesOf(service, "AWS::Scheduler::ScheduleGroup");
  for (const [what, metric] of [
    ["schedules-dropped", "InvocationDroppedCount"],
    ["schedule-target-errors", "TargetErrorCount"],
    ["schedules-throttled", "InvocationThrottleCount"],
  ] as const) {
    const { Namespace, MetricName, Dimensions } = named(what);
    expect([Namespace, MetricName]).toEqual(["AWS/Scheduler", metric]);
    expect(Dimensions).toEqual([{ Name: "ScheduleGroup", Value: group?.Properties.Name }]);
  }
  expect(named("stream-lag")).toMatchObject({
    MetricName: "IteratorAge",
    Dimensions: [{ Name: "FunctionName", Value: { Ref: functionOf(service, "lifecycle").id } }],
  });
  expect(named("api-errors")).toMatchObject({ Namespace: "AWS/ApiGateway", MetricName: "5xx" });
});

test("alarms query our metrics by the names and dimensions under which they are written", () => {
  const own = alarms.filter(({ Properties }) => Properties.Namespace === "ductape-jobs-prod-service");
  expect(own.map(({ Properties }) => watches(Properties.MetricName, Properties.Dimensions)).sort()).toEqual([
    "hot_minutes reconciler",
    "pause_age_ms reconciler",
    "redispatched reconciler",
    "redispatches_failed reconciler",
  ]);
  expect(measures).toEqual(
    expect.arrayContaining([
      "slow_answers",
      "redispatched",
      "redispatches_failed",
      "pause_age_ms",
      "lateness_ms",
      "messages_failed",
      "set_aside",
    ]),
  );
  expect(named("api-slow").Metrics).toMatchObject([
    { Expression: "100 * slow / requests" },
    { MetricStat: { Metric: { MetricName: "slow_answers", Dimensions: [{ Name: "service", Value: "api" }] } } },
    { MetricStat: { Metric: { Namespace: "AWS/ApiGateway", MetricName: "Count" } } },
  ]);
  expect(named("jobs-late").Metrics).toMatchObject([
    { Expression: 'SELECT MAX("lateness_ms") FROM SCHEMA("ductape-jobs-prod-service", "product", "type")' },
  ]);
  expect(named("messages-fail").Metrics).toMatchObject([
    { Expression: 'SELECT SUM("messages_failed") FROM SCHEMA("ductape-jobs-prod-service", "service")' },
  ]);
  expect(named("set-aside").Metrics).toMatchObject([
    { Expression: 'SELECT SUM("set_aside") FROM SCHEMA("ductape-jobs-prod-service", "service")' },
  ]);
  expect(named("jobs-unscheduled").Metrics).toMatchObject([
    { Expression: 'SELECT SUM("unscheduled") FROM SCHEMA("ductape-jobs-prod-service", "service")' },
  ]);
  for (const { Properties } of functions) {
    expect(Properties.Environment.Variables.METRICS_NAMESPACE).toBe("ductape-jobs-prod-service");
  }
});

test("an alarm rings when the reconciler has not run for ten minutes", () => {
  expect(named("reconciler-missing")).toMatchObject({
    MetricName: "Invocations",
    ComparisonOperator: "LessThanThreshold",
    Threshold: 1,
    Period: 300,
    EvaluationPeriods: 2,
  });
  service.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
    FunctionName: { Ref: functionOf(service, "reconciler").id },
    MaximumRetryAttempts: 0,
  });
});

describe("the topic", () => {
  test("is encrypted with a key that CloudWatch may use on no condition, since none is documented", () => {
    const [key] = resourcesOf(service, "AWS::KMS::Key") as [Resource];
    expect(flat(topic.Properties.KmsMasterKeyId)).toBe(`<${key.id}.Arn>`);
    const forAlarms = key.Properties.KeyPolicy.Statement.filter(
      ({ Principal }: { Principal: { Service?: string } }) => Principal.Service === "cloudwatch.amazonaws.com",
    );
    expect(forAlarms).toMatchObject([{ Action: ["kms:Decrypt", "kms:GenerateDataKey"], Effect: "Allow" }]);
    expect(forAlarms[0]).not.toHaveProperty("Condition");
    expect(key.Properties.EnableKeyRotation).toBe(true);
  });

  test("accepts alarms from CloudWatch over TLS only, and sends them to the addresses in the settings", () => {
    const [policy] = resourcesOf(service, "AWS::SNS::TopicPolicy") as [Resource];
    const effects = policy.Properties.PolicyDocument.Statement.map(
      ({ Effect, Action, Principal }: Record<string, unknown>) => [Effect, Action, Principal],
    );
    expect(effects).toContainEqual(["Allow", "sns:Publish", { Service: "cloudwatch.amazonaws.com" }]);
    const [allowed] = policy.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: Record<string, unknown>) => Effect === "Allow",
    );
    expect(allowed.Condition).toEqual({ StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } });
    expect(effects.filter(([effect]: string[]) => effect === "Deny")).toHaveLength(1);
    service.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "ops@example.com" });
    expect(resourcesOf(asItIs().service, "AWS::SNS::Subscription")).toEqual([]);
  });

  test("lets no function publish", () => {
    const all = resourcesOf(service, "AWS::IAM::Role").flatMap(({ id }) => permissionsOf(service, id));
    expect(all.filter(({ resource }) => resource.includes(topic.id))).toEqual([]);
  });
});

test("the dashboard shows every part of the service", () => {
  const [dashboard] = resourcesOf(service, "AWS::CloudWatch::Dashboard") as [Resource];
  const body = JSON.stringify(dashboard.Properties.DashboardBody);
  for (const shown of [
    "lateness_ms",
    "p50",
    "p99",
    "completed",
    "failed",
    "retried",
    "ApproximateNumberOfMessagesVisible",
    "ApproximateAgeOfOldestMessage",
    "5xx",
    "Errors",
    "Throttles",
    "ConcurrentExecutions",
    "redispatched",
    "IteratorAge",
    "InvocationDroppedCount",
    "TargetErrorCount",
  ]) {
    expect(body).toContain(shown);
  }
  for (const { id } of [...queues, ...functions]) expect(body).toContain(id);
});

test("the dashboard's name contains the Region, since names are global to an account", () => {
  const [dashboard] = resourcesOf(service, "AWS::CloudWatch::Dashboard") as [Resource];
  expect(flat(dashboard.Properties.DashboardName)).toBe("ductape-jobs-prod-service-<AWS::Region>");
});

test("cdk-nag's Serverless pack finds nothing unacknowledged", () => {
  expect(new ServerlessChecks(app).validateScope(app)).toMatchObject({ success: true, violations: [] });
});
