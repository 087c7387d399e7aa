import { Validations } from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";

/** Says why a finding of cdk-nag does not apply to a construct and what is below it. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const acknowledgements = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  Validations.of(scope).acknowledge(...acknowledgements);
}
