import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { Measure } from "../../../lambdas/core/job/measures.ts";
import type { Config } from "../../settings/config.ts";
import { deploymentName } from "../deployment-name.ts";
import { metricsNamespace } from "../functions/entry-function.ts";
import type { JobsHttpApi } from "../http/http-api.ts";
import { type AlarmSpec, anchorOf, kindOf, maximum, perFiveMinutes, sum } from "./alarm-spec.ts";
import type { AlarmTopic } from "./alarm-topic.ts";
import { deliveryAlarms } from "./delivery-alarms.ts";
import { joinAlarms } from "./join-alarms.ts";
import { overdueAgeSeconds } from "./message-age.ts";
import { type Monitored, serviceMetric } from "./monitored.ts";

interface AlarmsProps {
  topic: AlarmTopic;
  monitored: Monitored;
  httpApi: JobsHttpApi;
  schedules: ScheduleGroup;
  level: Exclude<Config["alarms"], false>;
}

const minutes = Duration.minutes;

/** One alarm per condition that needs somebody's attention, each with its section in docs/operations/alarms.md. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { topic, monitored, httpApi, schedules, level }: AlarmsProps) {
    super(scope, id);
    const specs = [
      ...queueAlarms(monitored),
      ...functionAlarms(monitored),
      ...deliveryAlarms(monitored, schedules),
      ...apiAlarms(this, httpApi),
      ...reconcilerAlarms(this, monitored),
      ...jobAlarms(this),
    ];
    const named = level === "each" ? specs.map(withFormerName) : joinAlarms(specs);
    for (const spec of named) topic.receive(alarmOf(this, spec));
  }
}

/** The names of 0.3, which `each` keeps. */
const formerNames: Record<string, string> = { "jobs-redispatched": "reconciler-nudges" };
const withFormerName = (spec: AlarmSpec): AlarmSpec => ({ ...spec, name: formerNames[spec.name] ?? spec.name });

const queueAlarms = ({ deadLetters, queues }: Monitored): AlarmSpec[] => [
  ...deadLetters.map(({ name, resource }) => ({
    name: `dead-letters-${name}`,
    kind: kindOf("dead-letters", name),
    section: "Dead letters",
    summary: "Read the messages, fix what made them undeliverable, and redrive the queue.",
    metric: resource.metricApproximateNumberOfMessagesVisible(maximum),
    threshold: 1,
  })),
  ...queues.map(({ name, resource }) => ({
    name: `old-messages-${name}`,
    kind: kindOf("old-messages", name),
    section: "Old messages",
    summary: "Consumers do not keep up: look for errors and throttles of the consumer, then raise its concurrency.",
    metric: resource.metricApproximateAgeOfOldestMessage(maximum),
    threshold: overdueAgeSeconds(resource),
    datapoints: 2,
    evaluationPeriods: 2,
  })),
];

const functionAlarms = ({ functions }: Monitored): AlarmSpec[] =>
  functions.flatMap(({ name, resource }) => [
    {
      name: `errors-${name}`,
      kind: kindOf("errors", name),
      section: "Function errors",
      summary: "The function crashes, runs out of time or memory, or cannot start: read the errors in its log.",
      metric: resource.lambda.metricErrors(sum),
      threshold: 3,
    },
    {
      name: `throttles-${name}`,
      kind: kindOf("throttles", name),
      section: "Function throttles",
      summary: "The account's Lambda concurrency is used up: find out which functions use it, then raise the quota.",
      metric: resource.lambda.metricThrottles(sum),
      threshold: 1,
      datapoints: 3,
      evaluationPeriods: 3,
    },
    ...(name === "lifecycle"
      ? [
          {
            name: "stream-lag",
            section: "Stream lag",
            summary:
              "Events and counters of jobs are late: read the lifecycle function's log and check whether the bus refuses events.",
            metric: resource.lambda.metric("IteratorAge", maximum),
            threshold: minutes(5).toMilliseconds(),
            datapoints: 2,
            evaluationPeriods: 3,
          },
        ]
      : []),
  ]);

const apiAlarms = (scope: Construct, { stage }: JobsHttpApi): AlarmSpec[] => [
  {
    name: "api-errors",
    section: "API errors",
    summary: "Requests are answered with 5xx: find them in the access log, then their request_id in the API's log.",
    metric: stage.metricServerError(sum),
    threshold: 5,
  },
  {
    name: "api-slow",
    section: "API slow",
    summary: "One request in a hundred takes 3 s or longer: look at DynamoDB, EventBridge Scheduler and cold starts.",
    metric: new MathExpression({
      // API Gateway's own latency includes the time for which callers ask the API to wait for their jobs.
      expression: "100 * slow / requests",
      usingMetrics: {
        slow: serviceMetric(scope, "api", "slow_answers", sum),
        requests: stage.metricCount(sum),
      },
      label: "slow answers per hundred requests",
      ...perFiveMinutes,
    }),
    threshold: 1,
    datapoints: 3,
    evaluationPeriods: 5,
  },
];

function reconcilerAlarms(scope: Construct, { functions }: Monitored): AlarmSpec[] {
  const reconciler = functions.filter(({ name }) => name === "reconciler");
  return [
    {
      name: "jobs-redispatched",
      section: "Jobs redispatched",
      summary:
        "Messages of jobs get lost, or a queue is behind: see which jobs were redispatched and what they have in common.",
      metric: serviceMetric(scope, "reconciler", "redispatched", sum),
      threshold: 10,
      datapoints: 3,
      evaluationPeriods: 3,
    },
    {
      name: "reconciler-fails",
      section: "Reconciler fails",
      summary: "The reconciler cannot redispatch overdue jobs: read the errors in its log.",
      metric: serviceMetric(scope, "reconciler", "redispatches_failed", sum),
      threshold: 1,
      datapoints: 3,
      evaluationPeriods: 3,
    },
    {
      name: "hot-minutes",
      section: "Hot minutes",
      summary:
        "A minute of the next two hours holds more jobs than EventBridge Scheduler starts in a minute: see who scheduled them, and make room.",
      metric: serviceMetric(scope, "reconciler", "hot_minutes", maximum),
      threshold: 1,
    },
    {
      name: "paused-long",
      section: "Paused long",
      summary: "A pause without an end has lasted for a day: end it, or give it an end.",
      metric: serviceMetric(scope, "reconciler", "pause_age_ms", maximum),
      threshold: Duration.days(1).toMilliseconds(),
    },
    ...reconciler.map(
      ({ resource }): AlarmSpec => ({
        name: "reconciler-missing",
        section: "Reconciler missing",
        summary:
          "Nothing repairs what crashes leave behind: check whether its rule is enabled and the function can start.",
        metric: resource.lambda.metricInvocations(sum),
        threshold: 1,
        below: true,
        datapoints: 2,
        evaluationPeriods: 2,
        missingDataIsBad: true,
      }),
    ),
  ];
}

const jobAlarms = (scope: Construct): AlarmSpec[] => [
  {
    name: "set-aside",
    section: "Set aside",
    summary:
      "AWS refuses something for good, which is a dead letter now: read the reason, and notify the receiver by hand.",
    metric: overAll(scope, "SUM", "set_aside", "service"),
    threshold: 1,
  },
  {
    name: "jobs-unscheduled",
    section: "Jobs unscheduled",
    summary:
      "EventBridge Scheduler refuses schedules, and the reconciler sends the jobs instead: see which quota is reached, and raise it.",
    metric: overAll(scope, "SUM", "unscheduled", "service"),
    threshold: 1,
    datapoints: 2,
    evaluationPeriods: 3,
  },
  {
    name: "jobs-late",
    section: "Jobs start late",
    summary: "Jobs start a minute or more after their time: see which type it is and whether its consumers keep up.",
    metric: overAll(scope, "MAX", "lateness_ms", "product", "type"),
    threshold: minutes(1).toMilliseconds(),
    datapoints: 3,
    evaluationPeriods: 3,
  },
  {
    name: "limits-wait",
    section: "Limits wait",
    summary:
      "A job has waited for a limit for an hour: see what holds its slots, whether its line goes on, and whether the limit is too low.",
    metric: overAll(scope, "MAX", "oldest_wait_ms", "limit", "product"),
    threshold: minutes(60).toMilliseconds(),
    datapoints: 3,
    evaluationPeriods: 3,
  },
  {
    name: "waits-late",
    section: "Waits late",
    summary:
      "The time of a wait is over for five minutes, and its run has not seen it: see whether the consumer of features keeps up.",
    metric: overAll(scope, "MAX", "wait_late_ms", "product", "type"),
    threshold: minutes(5).toMilliseconds(),
    datapoints: 2,
    evaluationPeriods: 3,
  },
  {
    name: "runs-parked",
    section: "Runs parked",
    summary:
      "Runs of features cannot go on, since the catalog has lost an event that they need, or their code fails: deploy what they need, or move them.",
    metric: overAll(scope, "SUM", "runs_parked", "product", "type"),
    threshold: 1,
    datapoints: 2,
    evaluationPeriods: 3,
  },
  {
    name: "messages-fail",
    section: "Messages fail",
    summary: "Consumers return messages: AWS refuses their requests, or the messages are unreadable. Read their logs.",
    metric: overAll(scope, "SUM", "messages_failed", "service"),
    threshold: 10,
    datapoints: 2,
    evaluationPeriods: 3,
  },
];

/**
 * A measure over all the metrics that record it: types and products come and go with the catalog. Every name is quoted, because
 * many words are reserved, such as `type`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-reserved-keywords.html
 */
function overAll(scope: Construct, statistic: "MAX" | "SUM", measure: Measure, ...dimensions: string[]) {
  const schema = [metricsNamespace(scope), ...dimensions].map((name) => `"${name}"`).join(", ");
  const expression = `SELECT ${statistic}("${measure}") FROM SCHEMA(${schema})`;
  return new MathExpression({ expression, label: measure, ...perFiveMinutes });
}

const alarmOf = (scope: Construct, { name, section, summary, metric, threshold, ...spec }: AlarmSpec): Alarm =>
  new Alarm(scope, name, {
    alarmName: `${deploymentName(scope)}-${name}`,
    alarmDescription: `${summary} See docs/operations/alarms.md#${anchorOf(section)}`,
    metric,
    threshold,
    comparisonOperator: spec.below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    datapointsToAlarm: spec.datapoints ?? 1,
    evaluationPeriods: spec.evaluationPeriods ?? 1,
    treatMissingData: spec.missingDataIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
