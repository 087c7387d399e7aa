import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Duration, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { Measure } from "../../../lambdas/core/job/measures.ts";
import { metricsNamespace } from "../functions/entry-function.ts";
import type { JobsHttpApi } from "../http/http-api.ts";
import { oldestSeconds } from "../queues/queue-age.ts";
import type { AlarmTopic } from "./alarm-topic.ts";
import { deliveries } from "./delivery-alarms.ts";
import { five, sum, type Watch } from "./watch.ts";
import { serviceMetric, type watchedIn } from "./watched.ts";

export interface AlarmsProps {
  topic: AlarmTopic;
  watched: ReturnType<typeof watchedIn>;
  entrance: JobsHttpApi;
  schedules: ScheduleGroup;
}

const minutes = Duration.minutes;

/** What is wrong, to whom it may concern: one alarm a thing that can break, each with its section in docs/operations/alarms.md. */
export class Alarms extends Construct {
  private readonly topic: AlarmTopic;

  constructor(scope: Construct, id: string, { topic, watched, entrance, schedules }: AlarmsProps) {
    super(scope, id);
    this.topic = topic;
    this.ofQueues(watched);
    this.ofFunctions(watched);
    for (const watch of deliveries(watched, schedules)) this.watch(watch);
    this.ofApi(entrance);
    this.ofReconciler(watched);
    this.ofJobs();
  }

  private ofQueues({ deadLetters, queues }: AlarmsProps["watched"]): void {
    for (const { name, it } of deadLetters) {
      this.watch({
        what: `dead-letters-${name}`,
        section: "Dead letters",
        todo: "Read the messages, mend what made them undeliverable, and redrive the queue.",
        metric: it.metricApproximateNumberOfMessagesVisible({ ...five, statistic: "Maximum" }),
        at: 1,
      });
    }
    for (const { name, it } of queues) {
      this.watch({
        what: `old-messages-${name}`,
        section: "Old messages",
        todo: "Consumers do not keep up: look for errors and throttles of the consumer, then raise its concurrency.",
        metric: it.metricApproximateAgeOfOldestMessage({ ...five, statistic: "Maximum" }),
        at: oldestSeconds(it),
        periods: 2,
        of: 2,
      });
    }
  }

  private ofFunctions({ functions }: AlarmsProps["watched"]): void {
    for (const { name, it } of functions) {
      this.watch({
        what: `errors-${name}`,
        section: "Function errors",
        todo: "The function crashes, runs out of time or memory, or cannot start: read the errors in its log.",
        metric: it.lambda.metricErrors(sum),
        at: 3,
      });
      this.watch({
        what: `throttles-${name}`,
        section: "Function throttles",
        todo: "The account's Lambda concurrency is used up: find who uses it, then raise the quota.",
        metric: it.lambda.metricThrottles(sum),
        at: 1,
        periods: 3,
        of: 3,
      });
      if (name !== "lifecycle") continue;
      this.watch({
        what: "stream-lag",
        section: "Stream lag",
        todo: "Events and counts of jobs come late: read the lifecycle's log and see whether the bus refuses events.",
        metric: it.lambda.metric("IteratorAge", { ...five, statistic: "Maximum" }),
        at: minutes(5).toMilliseconds(),
        periods: 2,
        of: 3,
      });
    }
  }

  private ofApi({ stage }: JobsHttpApi): void {
    this.watch({
      what: "api-errors",
      section: "API errors",
      todo: "Requests are answered with 5xx: find them in the access log, then their request_id in the API's log.",
      metric: stage.metricServerError(sum),
      at: 5,
    });
    this.watch({
      what: "api-slow",
      section: "API slow",
      todo: "A hundredth of the requests takes 3 s and more: look at DynamoDB, the Scheduler and cold starts.",
      metric: new MathExpression({
        // API Gateway's own latency has the time in it that callers ask the API to wait for their jobs.
        expression: "100 * slow / requests",
        usingMetrics: {
          slow: serviceMetric(this, "api", "slow_answers", sum),
          requests: stage.metricCount(sum),
        },
        label: "slow answers in a hundred",
        ...five,
      }),
      at: 1,
      periods: 3,
      of: 5,
    });
  }

  private ofReconciler({ functions }: AlarmsProps["watched"]): void {
    this.watch({
      what: "reconciler-nudges",
      section: "Reconciler nudges",
      todo: "Messages of jobs get lost, or a queue is behind: see which jobs were handed over again and what they share.",
      metric: serviceMetric(this, "reconciler", "nudged", sum),
      at: 10,
      periods: 3,
      of: 3,
    });
    this.watch({
      what: "reconciler-fails",
      section: "Reconciler fails",
      todo: "The reconciler cannot hand overdue jobs over: read the errors in its log.",
      metric: serviceMetric(this, "reconciler", "nudges_failed", sum),
      at: 1,
      periods: 3,
      of: 3,
    });
    const reconciler = functions.find(({ name }) => name === "reconciler");
    if (!reconciler) return;
    this.watch({
      what: "reconciler-missing",
      section: "Reconciler missing",
      todo: "Nothing repairs what crashes leave behind: see whether its rule is enabled and the function can start.",
      metric: reconciler.it.lambda.metricInvocations(sum),
      at: 1,
      less: true,
      periods: 2,
      of: 2,
      silence: "bad",
    });
  }

  private ofJobs(): void {
    this.watch({
      what: "set-aside",
      section: "Set aside",
      todo: "AWS refuses something for good, which is among the dead letters now: read the reason, and tell it by hand.",
      metric: this.overAll("SUM", "set_aside", "service"),
      at: 1,
    });
    this.watch({
      what: "jobs-late",
      section: "Jobs start late",
      todo: "Jobs start a minute and more after their time: see which type it is and whether its consumers keep up.",
      metric: this.overAll("MAX", "lateness_ms", "product", "type"),
      at: minutes(1).toMilliseconds(),
      periods: 3,
      of: 3,
    });
    this.watch({
      what: "messages-fail",
      section: "Messages fail",
      todo: "Consumers give messages back: AWS refuses them something, or the messages are unreadable. Read their logs.",
      metric: this.overAll("SUM", "messages_failed", "service"),
      at: 10,
      periods: 2,
      of: 3,
    });
  }

  /**
   * A measure over all the metrics that it is: types and products come and go with the catalog. Every name is quoted, since
   * many words are reserved, `type` among them.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-reserved-keywords.html
   */
  private overAll(statistic: "MAX" | "SUM", measure: Measure, ...dimensions: string[]): IMetric {
    const schema = [metricsNamespace(this), ...dimensions].map((name) => `"${name}"`).join(", ");
    const expression = `SELECT ${statistic}("${measure}") FROM SCHEMA(${schema})`;
    return new MathExpression({ expression, label: measure, ...five });
  }

  private watch({ what, section, todo, metric, at, less, periods = 1, of = 1, silence }: Watch): void {
    const alarm = new Alarm(this, what, {
      alarmName: `${Stack.of(this).stackName}-${what}`,
      alarmDescription: `${todo} See docs/operations/alarms.md#${anchorOf(section)}`,
      metric,
      threshold: at,
      comparisonOperator: less
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: periods,
      evaluationPeriods: of,
      treatMissingData: silence === "bad" ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    this.topic.tellOf(alarm);
  }
}

/** The fragment by which Markdown renderers address a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
