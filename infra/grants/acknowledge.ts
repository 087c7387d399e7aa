import * as cdk from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";

/** Absent in versions of the CDK that are older than this way to record it: cdk-nag's findings stay there. */
const { Validations } = cdk as { Validations?: typeof cdk.Validations };

/** Records why a finding of cdk-nag does not apply to a construct and its children. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const acknowledgements = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  Validations?.of(scope).acknowledge(...acknowledgements);
}
