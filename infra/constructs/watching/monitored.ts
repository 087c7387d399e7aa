import { Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import { type CfnRule, Rule } from "aws-cdk-lib/aws-events";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Fn } from "aws-cdk-lib/core";
import type { Construct, IConstruct } from "constructs";
import type { Measure } from "../../../lambdas/core/job/measures.ts";
import { EntryFunction, metricsNamespace } from "../functions/entry-function.ts";
import { DeadLetters } from "../queues/job-queue.ts";

/** A resource, and its name in alarms and in the dashboard. */
export interface Named<T> {
  name: string;
  resource: T;
}

export type Monitored = ReturnType<typeof monitoredIn>;

/** Every resource of some constructs that needs alarms. Call it when they are complete. */
export function monitoredIn(...scopes: Construct[]) {
  const all = scopes.flatMap(({ node }) => node.findAll());
  const nameOf = namesBelow(scopes.map(({ node }) => node.path));
  const named = <T extends IConstruct>(resources: T[]): Named<T>[] =>
    resources.map((resource) => ({ name: nameOf(resource), resource }));
  const queues = all.filter((one): one is Queue => one instanceof Queue);
  const functions = all.filter((one) => one instanceof EntryFunction);
  return {
    deadLetters: named(queues.filter((queue) => queue instanceof DeadLetters)),
    queues: named(queues.filter((queue) => !(queue instanceof DeadLetters))),
    rules: named(all.filter((one): one is Rule => one instanceof Rule)),
    functions: functions.map((resource) => ({ name: resource.entry.replace("/", "-"), resource })),
  };
}

/** `Queue-action/DeadLetters` is named `queue-action`: what a resource belongs to says more than its own id. */
const namesBelow =
  (roots: readonly string[]) =>
  ({ node }: IConstruct): string =>
    node.path
      .slice(roots.find((root) => node.path.startsWith(`${root}/`))?.length)
      .split("/")
      .slice(1)
      .filter((id) => id !== "Queue" && id !== "DeadLetters")
      .join("-")
      .toLowerCase();

/**
 * An EventBridge metric of a rule. A rule on a custom bus has the bus as a second dimension; a reference to such a rule resolves
 * to `<bus>|<rule>`, so its name is taken from the ARN, `arn:...:rule/<bus>/<rule>`.
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

/** A measure of a function that belongs to no job, such as the reconciler's and the API's. */
export const serviceMetric = (scope: Construct, service: string, measure: Measure, options: MetricOptions): Metric =>
  new Metric({
    namespace: metricsNamespace(scope),
    metricName: measure,
    dimensionsMap: { service },
    ...options,
  });
