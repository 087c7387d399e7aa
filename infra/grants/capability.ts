import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import { Stack } from "aws-cdk-lib/core";
import { flattenCfnReference } from "cdk-nag/lib/utils/flatten-cfn-reference.js";
import { acknowledge } from "./acknowledge.ts";

/** Something that a role may do. */
export interface Capability {
  statement: PolicyStatement;
  /** Why its resources cannot do without a wildcard; only then may they hold one. */
  because?: string;
}

export const allow = (actions: string[], resources: string[], because?: string): Capability =>
  allowIf({}, actions, resources, because);

/**
 * Each of any number of resources. The CDK joins statements as far as a policy may be long, and puts what is beyond that
 * into policies of its own; one long statement it cannot divide.
 */
export const allowEach = (actions: string[], resources: string[]): Capability[] =>
  resources.map((resource) => allow(actions, [resource]));

/** The same under IAM conditions: `{ StringEquals: { "aws:ResourceAccount": ... } }`. */
export const allowIf = (
  conditions: Record<string, Record<string, string | string[]>>,
  actions: string[],
  resources: string[],
  because?: string,
): Capability => ({
  statement: new PolicyStatement({ actions, resources, conditions }),
  ...(because !== undefined && { because }),
});

/** Adds a capability to a role, and acknowledges the wildcards that it gives a reason for: those very resources only. */
export function grant(role: Role, { statement, because }: Capability): void {
  role.addToPolicy(statement);
  if (because === undefined) return;
  for (const resource of statement.resources) {
    const finding = flattenCfnReference(Stack.of(role).resolve(resource));
    acknowledge(role, { [`AwsSolutions-IAM5[Resource::${finding}]`]: because });
  }
}
