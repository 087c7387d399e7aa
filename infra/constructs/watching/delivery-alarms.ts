import type { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { type AlarmSpec, sum } from "./alarm-spec.ts";
import { type Monitored, ruleMetric } from "./monitored.ts";

/** The functions whose failed invocations or batches Lambda sends to a queue. */
const withDestination: readonly string[] = ["intake", "lifecycle"];

/** What AWS delivers itself and may fail to deliver: what rules match, what functions gave up on, what schedules send. */
export const deliveryAlarms = ({ functions, rules }: Monitored, schedules: ScheduleGroup): AlarmSpec[] => [
  ...functions
    .filter(({ name }) => withDestination.includes(name))
    .map(({ name, resource }) => ({
      name: `undelivered-${name}`,
      kind: "undelivered-records",
      section: "Undelivered records",
      summary:
        "Lambda gave up on an invocation and could not set its record aside, so it is lost: check the queue's key and the role.",
      // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
      metric: resource.lambda.metric("DestinationDeliveryFailures", sum),
      threshold: 1,
    })),
  ...rules.map(({ name, resource }) => ({
    name: `rule-${name}`,
    kind: "rule-failures",
    section: "Rule failures",
    summary:
      "EventBridge matched events and could not deliver them to the rule's target: check the target's policy and key.",
    metric: ruleMetric(resource, "FailedInvocations", sum),
    threshold: 1,
  })),
  ...scheduleAlarms(schedules),
];

const scheduleAlarms = (group: ScheduleGroup): AlarmSpec[] => [
  {
    name: "schedules-dropped",
    section: "Schedules dropped",
    summary:
      "Due jobs did not reach their queues; the reconciler sends them late. Check the Scheduler's roles and the queues.",
    metric: group.metricDropped(sum),
    threshold: 1,
  },
  {
    name: "schedule-target-errors",
    section: "Schedule target errors",
    summary: "The queues refuse the Scheduler, which retries: check its roles, the queues' policies and their keys.",
    metric: group.metricTargetErrors(sum),
    threshold: 1,
    datapoints: 2,
    evaluationPeriods: 3,
  },
  {
    name: "schedules-throttled",
    section: "Schedules throttled",
    summary:
      "More schedules fire at the same time than the account allows: spread their times or raise the invocation quota.",
    metric: group.metricThrottled(sum),
    threshold: 1,
    datapoints: 3,
    evaluationPeriods: 3,
  },
];
