import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import { Stack } from "aws-cdk-lib/core";
import { acknowledge } from "./acknowledge.ts";
import { resourceName } from "./resource-name.ts";

/** Something that a role may do. */
export interface Capability {
  statement: PolicyStatement;
  /** Why its resources need a wildcard. Only with a reason may they hold one. */
  because?: string;
}

export const allow = (actions: string[], resources: string[], because?: string): Capability =>
  allowIf({}, actions, resources, because);

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

/** Adds a capability to a role, and acknowledges the wildcards that it gives a reason for, on those resources only. */
export function grant(role: Role, { statement, because }: Capability): void {
  role.addToPolicy(statement);
  if (because === undefined) return;
  for (const resource of statement.resources) {
    const finding = resourceName(Stack.of(role).resolve(resource));
    acknowledge(role, { [`AwsSolutions-IAM5[Resource::${finding}]`]: because });
  }
}
