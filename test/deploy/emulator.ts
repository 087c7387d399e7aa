import type { CfnAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { Policy, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import { Stack } from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";
import { allow, grant } from "../../infra/grants/capability.ts";

/** What the emulator needs besides what AWS does, for the roles of a deployment. */
export function grantMore(scope: IConstruct): void {
  const { partition, region, account } = Stack.of(scope);
  // It applies schedule policies as if every schedule were in the group `default`, whatever group a request names.
  const misplaced = `arn:${partition}:scheduler:${region}:${account}:schedule/default/job_*`;
  const actions = ["scheduler:CreateSchedule", "scheduler:DeleteSchedule"];
  // It also requires a separate permission for batches where AWS requires the one for single messages.
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
  const batches = ["sqs:SendMessageBatch", "sqs:ChangeMessageVisibilityBatch"];
  const queues = `arn:${partition}:sqs:${region}:${account}:*`;
  for (const node of scope.node.findAll()) {
    if (node instanceof Role) grant(node, allow(batches, [queues], "The emulator's notion of batches."));
    if (node instanceof Role) grant(node, allow(actions, [misplaced], "The emulator's notion of where a schedule is."));
    if (node instanceof Policy) withoutUnknown(node);
  }
}

/** What it does not know of a request: which keys of items it names, and by which algorithm it has something signed. */
const unknown = [
  { operator: "Null", key: "dynamodb:LeadingKeys" },
  { operator: "StringEquals", key: "kms:SigningAlgorithm" },
];

/** What is allowed on such a condition is allowed without it. */
function withoutUnknown({ document }: Policy): void {
  const { Statement = [] } = (document.toJSON() ?? {}) as { Statement?: { Condition?: Record<string, object> }[] };
  for (const statement of Statement) {
    const known = Object.entries(statement.Condition ?? {}).filter(
      ([operator, keys]) => !unknown.some((one) => one.operator === operator && one.key in keys),
    );
    if (known.length < Object.keys(statement.Condition ?? {}).length)
      document.addStatements(PolicyStatement.fromJson({ ...statement, Condition: Object.fromEntries(known) }));
  }
}

/** It supports alarms on one metric only, not on metric expressions. */
export function removeExpressions({ node: alarms }: IConstruct): void {
  for (const { node } of alarms.children)
    if ((node.defaultChild as CfnAlarm).metrics !== undefined) alarms.tryRemoveChild(node.id);
}
