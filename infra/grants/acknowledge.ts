import * as cdk from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";

/** Absent in versions of the CDK that are older than this way to record it: cdk-nag's findings stay there. */
const { Validations } = cdk as { Validations?: typeof cdk.Validations };

/** Records why a finding of cdk-nag does not apply to a construct and its children. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) {
    try {
      Validations?.of(scope).acknowledge({ id, reason });
    } catch (error) {
      // Versions such as 2.257 refuse the colons of `<AWS::Region>`, of which cdk-nag makes its ids: the finding stays there.
      if (!id.includes("::")) throw error;
    }
  }
}
