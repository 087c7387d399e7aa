/** The stack of a deployment's service, by its `jobs:stage`. */
export const serviceStack = (stage: string): string => `ductape-jobs-${stage}-service`;

/** The outputs of that stack by their names, which everybody who may deploy may read. */
export async function stackOutputs(stage: string): Promise<ReadonlyMap<string, string>> {
  const { CloudFormationClient, DescribeStacksCommand } = await import("@aws-sdk/client-cloudformation");
  const command = new DescribeStacksCommand({ StackName: serviceStack(stage) });
  const { Stacks = [] } = await new CloudFormationClient({}).send(command);
  return new Map(Stacks[0]?.Outputs?.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
}
