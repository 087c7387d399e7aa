import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  type MetricOptions,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Duration, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { Measure } from "../../../lambdas/core/job/measures.ts";
import { deploymentName } from "../deployment-name.ts";
import { metricsNamespace } from "../functions/entry-function.ts";
import type { JobsHttpApi } from "../http/http-api.ts";
import { type Monitored, type Named, serviceMetric } from "./monitored.ts";

interface MetricsDashboardProps {
  monitored: Monitored;
  httpApi: JobsHttpApi;
  schedules: ScheduleGroup;
}

const period = Duration.minutes(5);
const sum = { period, statistic: "Sum" };
const most = { period, statistic: "Maximum" };
const p50 = { period, statistic: "p50" };
const p99 = { period, statistic: "p99" };

/** The system on one page, beginning with the most frequent questions: do jobs start on time, and how do they end? */
export class MetricsDashboard extends Construct {
  constructor(scope: Construct, id: string, { monitored, httpApi, schedules }: MetricsDashboardProps) {
    super(scope, id);
    const { region } = Stack.of(this);
    new Dashboard(this, "Dashboard", {
      // Dashboards are global to an account: without the Region, deployments in two Regions would overwrite each other's dashboard.
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
      dashboardName: `${deploymentName(this)}-${region}`,
      defaultInterval: Duration.hours(12),
      widgets: [...this.jobs(), ...queues(monitored, schedules), ...this.api(httpApi), ...functions(monitored)],
    });
  }

  private jobs(): IWidget[][] {
    const reconciler = (measure: Measure) => serviceMetric(this, "reconciler", measure, sum);
    return [
      heading("Jobs, by type and product"),
      [
        this.byJob("Lateness, p50 (ms)", "lateness_ms", p50),
        this.byJob("Lateness, p99 (ms)", "lateness_ms", p99),
        this.byJob("Duration, p99 (ms)", "duration_ms", p99),
      ],
      [
        this.byJob("Completed", "completed", sum),
        this.byJob("Failed", "failed", sum),
        this.byJob("Failed and retried", "retried", sum),
      ],
      [
        this.byJob("Cancelled", "cancelled", sum),
        this.byJob("Crashed", "crashed", sum),
        graph("Reconciler", [
          reconciler("looked"),
          reconciler("redispatched"),
          reconciler("redispatches_failed"),
          reconciler("drained"),
          reconciler("hot_minutes"),
        ]),
      ],
      [
        this.byLimit("Jobs that wait for a limit", "waiting", most),
        this.byLimit("Longest wait for a limit (ms)", "oldest_wait_ms", most),
        this.byJob("Put off by their providers", "snoozed", sum),
      ],
      [
        this.byJob("Waits of features that messages ended", "waits_signalled", sum),
        this.byJob("Waits of features that timed out", "waits_timed_out", sum),
        this.byJob("Waits of features, seen late (ms)", "wait_late_ms", most),
      ],
      [
        this.byTarget("Calls of targets of a fallback or quota", "target_calls"),
        this.byTarget("Failures of targets of a fallback or quota", "target_failures"),
      ],
    ];
  }

  private api({ stage }: JobsHttpApi): IWidget[][] {
    return [
      heading("API"),
      [
        graph("Requests", [stage.metricCount(sum), stage.metricClientError(sum), stage.metricServerError(sum)]),
        graph("Answers of 3 s and more, except those that wait for a job", [
          serviceMetric(this, "api", "slow_answers", sum),
        ]),
        graph("Latency, including the time that callers asked to wait (ms)", [
          stage.metricLatency(p50),
          stage.metricLatency(p99),
        ]),
      ],
    ];
  }

  /** A line per limit and product, by keys together: only those for which jobs wait have values. */
  private byLimit(title: string, measure: Measure, { statistic }: { statistic: string }): GraphWidget {
    const space = `{"${metricsNamespace(this)}",limit,product}`;
    const expression = `SEARCH('${space} MetricName="${measure}"', '${statistic}', ${period.toSeconds()})`;
    return graph(title, [new MathExpression({ expression, usingMetrics: {}, label: "", period })]);
  }

  /** A line per target of a group and product: without groups there is none. */
  private byTarget(title: string, measure: Measure): GraphWidget {
    const space = `{"${metricsNamespace(this)}",product,target}`;
    const expression = `SEARCH('${space} MetricName="${measure}"', '${sum.statistic}', ${period.toSeconds()})`;
    return graph(title, [new MathExpression({ expression, usingMetrics: {}, label: "", period })]);
  }

  /** A line per type and product: they come and go with the catalog, so the dashboard searches for them. */
  private byJob(title: string, measure: Measure, { statistic }: { statistic: string }): GraphWidget {
    const space = `{"${metricsNamespace(this)}",product,type}`;
    const expression = `SEARCH('${space} MetricName="${measure}"', '${statistic}', ${period.toSeconds()})`;
    return graph(title, [new MathExpression({ expression, usingMetrics: {}, label: "", period })]);
  }
}

const queues = ({ queues, deadLetters }: Monitored, schedules: ScheduleGroup): IWidget[][] => [
  heading("Queues and schedules"),
  [
    each("Messages that are due", queues, (queue, as) => queue.metricApproximateNumberOfMessagesVisible(as(most))),
    each("Age of the oldest message (s)", queues, (queue, as) => queue.metricApproximateAgeOfOldestMessage(as(most))),
    each("Dead letters", deadLetters, (queue, as) => queue.metricApproximateNumberOfMessagesVisible(as(most))),
  ],
  [
    each("Messages that are not due yet", queues, (queue, as) =>
      queue.metricApproximateNumberOfMessagesDelayed(as(most)),
    ),
    each("Messages being processed", queues, (queue, as) =>
      queue.metricApproximateNumberOfMessagesNotVisible(as(most)),
    ),
    graph("Schedules", [
      schedules.metricAttempts(sum),
      schedules.metricThrottled(sum),
      schedules.metricTargetErrors(sum),
      schedules.metricDropped(sum),
      schedules.metricSentToDLQ(sum),
    ]),
  ],
];

const functions = ({ functions }: Monitored): IWidget[][] => [
  heading("Functions"),
  [
    each("Errors", functions, (fn, as) => fn.lambda.metricErrors(as(sum))),
    each("Throttles", functions, (fn, as) => fn.lambda.metricThrottles(as(sum))),
    each("Concurrent executions", functions, (fn, as) => fn.lambda.metric("ConcurrentExecutions", as(most))),
  ],
  [
    each("Duration, p99 (ms)", functions, (fn, as) => fn.lambda.metricDuration(as(p99))),
    each(
      "Age of the stream records that the lifecycle function reads (ms)",
      functions.filter(({ name }) => name === "lifecycle"),
      (fn, as) => fn.lambda.metric("IteratorAge", as(most)),
    ),
  ],
];

/** A line per resource, under its name. */
const each = <T>(
  title: string,
  resources: readonly Named<T>[],
  metric: (resource: T, as: (options: MetricOptions) => MetricOptions) => IMetric,
): GraphWidget =>
  graph(
    title,
    resources.map(({ name, resource }) => metric(resource, (options) => ({ ...options, label: name }))),
  );

const graph = (title: string, left: IMetric[]) =>
  new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0, showUnits: false } });

const heading = (text: string): IWidget[] => [new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 })];
