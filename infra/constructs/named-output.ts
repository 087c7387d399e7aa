import { CfnOutput } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { idOf } from "./deployment-name.ts";

/** An output whose name begins with the id of the `DuctapeJobs`. The CDK would add a hash, and programs look outputs up by their names. */
export function namedOutput(scope: Construct, id: string, value: string, description: string): void {
  const output = new CfnOutput(scope, id, { value, description });
  output.overrideLogicalId(`${idOf(scope) ?? ""}${id}`);
}
