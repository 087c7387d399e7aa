import { Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import { type CfnRule, Rule } from "aws-cdk-lib/aws-events";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Fn, type Stack } from "aws-cdk-lib/core";
import type { Construct, IConstruct } from "constructs";
import type { Measure } from "../../../lambdas/core/job/measures.ts";
import { EntryFunction, metricsNamespace } from "../functions/entry-function.ts";
import { DeadLetters } from "../queues/job-queue.ts";

/** Something of the stack, and what alarms and the dashboard call it. */
export interface Named<T> {
  name: string;
  it: T;
}

/** Everything of some stacks that has to be watched; complete only once they are. */
export function watchedIn(...stacks: Stack[]) {
  const all = stacks.flatMap(({ node }) => node.findAll());
  const named = <T extends IConstruct>(things: T[]): Named<T>[] => things.map((it) => ({ name: nameOf(it), it }));
  const queues = all.filter((it): it is Queue => it instanceof Queue);
  const functions = all.filter((it) => it instanceof EntryFunction);
  return {
    deadLetters: named(queues.filter((queue) => queue instanceof DeadLetters)),
    queues: named(queues.filter((queue) => !(queue instanceof DeadLetters))),
    rules: named(all.filter((it): it is Rule => it instanceof Rule)),
    functions: functions.map((it) => ({ name: it.entry.replace("/", "-"), it })),
  };
}

/** `Queue-action/DeadLetters` is `queue-action`: what a thing belongs to says more than what it is. */
const nameOf = ({ node }: IConstruct): string =>
  node.path
    .split("/")
    .slice(1)
    .filter((id) => id !== "Queue" && id !== "DeadLetters")
    .join("-")
    .toLowerCase();

/**
 * A metric of EventBridge about a rule. On a bus of one's own it has the bus besides; the reference to such a rule is
 * `<bus>|<rule>`, so its name is taken from the ARN, `arn:...:rule/<bus>/<rule>`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export function ruleMetric(rule: Rule, metricName: string, options: MetricOptions): Metric {
  const { eventBusName } = rule.node.defaultChild as CfnRule;
  const dimensionsMap: Record<string, string> =
    eventBusName === undefined
      ? { RuleName: rule.ruleName }
      : { EventBusName: eventBusName, RuleName: Fn.select(2, Fn.split("/", rule.ruleArn)) };
  return new Metric({ namespace: "AWS/Events", metricName, dimensionsMap, ...options });
}

/** A measure that a service takes of no job: the reconciler's, the API's. */
export const serviceMetric = (scope: Construct, service: string, measure: Measure, options: MetricOptions): Metric =>
  new Metric({
    namespace: metricsNamespace(scope),
    metricName: measure,
    dimensionsMap: { service },
    ...options,
  });
