import { ManagedPolicy, Role } from "aws-cdk-lib/aws-iam";
import { CfnResource, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const mostResources = 500;
const largestTemplate = 1_000_000;
/** Ten by default, and this many on request. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const mostPolicies = 20;

/**
 * Fails the synthesis with what CloudFormation would refuse, with the number and what to do about it. The CDK only warns of most of it,
 * and then fails in the middle of a deployment.
 */
export const checkLimits = (scope: Construct): void =>
  scope.node.addValidation({ validate: () => [...tooManyPolicies(scope), ...tooLarge(Stack.of(scope))] });

const tooManyPolicies = (scope: Construct): string[] =>
  scope.node
    .findAll()
    .filter((node) => node instanceof Role)
    .flatMap((role) => {
      const policies = role.node.children.filter((child) => child instanceof ManagedPolicy).length;
      return policies <= mostPolicies
        ? []
        : [
            `The role ${role.node.path} needs ${policies} managed policies for what the catalog names, and IAM allows ${mostPolicies}: ` +
              "let targets share secrets, parameters, senders and resources, or deploy some products on their own (docs/operations/quotas.md#many-products).",
          ];
    });

function tooLarge(stack: Stack): string[] {
  const resources = stack.node
    .findAll()
    .filter((node) => node instanceof CfnResource && Stack.of(node) === stack).length;
  const { length } = templateOf(stack);
  return [
    ...(resources <= mostResources
      ? []
      : [
          `The stack ${stack.node.path} has ${resources} resources, and CloudFormation allows ${mostResources}: ` +
            "give DuctapeJobs a stack of its own, or set `alarms: false` (docs/operations/quotas.md#resources).",
        ]),
    ...(length <= largestTemplate
      ? []
      : [
          `The template of ${stack.node.path} has ${length} bytes, and CloudFormation allows ${largestTemplate}: ` +
            "give DuctapeJobs a stack of its own, or set `suppressTemplateIndentation` for the stack (docs/operations/quotas.md#many-products).",
        ]),
  ];
}

/** As the CDK will write it. */
function templateOf(stack: Stack): string {
  const { _toCloudFormation, _suppressTemplateIndentation } = stack as unknown as {
    _toCloudFormation(): unknown;
    _suppressTemplateIndentation: boolean;
  };
  return JSON.stringify(stack.resolve(_toCloudFormation.call(stack)), undefined, _suppressTemplateIndentation ? 0 : 1);
}
