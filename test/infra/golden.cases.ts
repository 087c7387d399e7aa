import type { Template } from "aws-cdk-lib/assertions";
import { asItIs, flat } from "./synth.ts";

interface Deployed {
  Type: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Properties?: Record<string, unknown>;
}

/** Properties that hold a physical name: changing one replaces the resource. */
const physicalNames = ["AlarmName", "DashboardName", "Name", "RuleName", "QueueName"];

/**
 * One line per resource. CloudFormation replaces a resource whose type, logical id or name changes, with all that it holds, and
 * the policies say what happens to the old one.
 */
const linesOf = (template: Template): string[] =>
  Object.entries(template.toJSON().Resources as Record<string, Deployed>)
    .map(([id, { Type, DeletionPolicy, UpdateReplacePolicy, Properties = {} }]) => {
      const names = physicalNames.flatMap((key) => (Properties[key] === undefined ? [] : [flat(Properties[key])]));
      const policies = [
        DeletionPolicy && `delete: ${DeletionPolicy}`,
        UpdateReplacePolicy && `replace: ${UpdateReplacePolicy}`,
      ];
      return [Type, id, ...names, ...policies].filter(Boolean).join(" ");
    })
    .sort();

test.each(["state", "service"] as const)(
  "the %s stack has the resources that were reviewed, under their ids",
  (stack) => {
    expect(linesOf(asItIs()[stack]).join("\n")).toMatchSnapshot();
  },
);
