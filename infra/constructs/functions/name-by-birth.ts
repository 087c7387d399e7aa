import { Aws, Fn, type Stack } from "aws-cdk-lib/core";

/**
 * A name that a later stack of the same name does not repeat: what an earlier one has left behind, or is still being deleted,
 * is in nobody's way. It ends in the last part of the stack's id, `arn:...:stack/<name>/<uuid>`.
 */
export function nameByBirth({ stackName }: Stack): string {
  const uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID));
  return `${stackName}-${Fn.select(4, Fn.split("-", uuid))}`;
}
