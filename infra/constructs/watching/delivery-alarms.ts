import type { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { sum, type Watch } from "./watch.ts";
import { ruleMetric, type watchedIn } from "./watched.ts";

type Watched = ReturnType<typeof watchedIn>;

/** The functions whose failed invocations or batches Lambda sends to a queue. */
const withDestination: readonly string[] = ["intake", "lifecycle"];

/** What AWS delivers by itself and may fail to: what rules match, what functions gave up, what schedules send. */
export const deliveries = ({ functions, rules }: Watched, schedules: ScheduleGroup): Watch[] => [
  ...functions
    .filter(({ name }) => withDestination.includes(name))
    .map(({ name, it }) => ({
      what: `undelivered-${name}`,
      section: "Undelivered records",
      todo: "Lambda gave an invocation up and could not put its record aside, so it is lost: check the queue's key and the role.",
      // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
      metric: it.lambda.metric("DestinationDeliveryFailures", sum),
      at: 1,
    })),
  ...rules.map(({ name, it }) => ({
    what: `rule-${name}`,
    section: "Rule failures",
    todo: "EventBridge matched events and could not deliver them to the rule's target: check the target's policy and key.",
    metric: ruleMetric(it, "FailedInvocations", sum),
    at: 1,
  })),
  ...ofSchedules(schedules),
];

const ofSchedules = (group: ScheduleGroup): Watch[] => [
  {
    what: "schedules-dropped",
    section: "Schedules dropped",
    todo: "Due jobs did not reach their queues; the reconciler sends them late. Check the Scheduler's role and the queues.",
    metric: group.metricDropped(sum),
    at: 1,
  },
  {
    what: "schedule-target-errors",
    section: "Schedule target errors",
    todo: "The queues refuse the Scheduler, which tries again: check its role, the queues' policies and their keys.",
    metric: group.metricTargetErrors(sum),
    at: 1,
    periods: 2,
    of: 3,
  },
  {
    what: "schedules-throttled",
    section: "Schedules throttled",
    todo: "More schedules fire at once than the account may: spread their times or raise the invocation quota.",
    metric: group.metricThrottled(sum),
    at: 1,
    periods: 3,
    of: 3,
  },
];
