import { Aws, Fn, type Stack } from "aws-cdk-lib/core";

/**
 * A physical name that a later stack of the same name does not reuse, so that it cannot collide with a resource that an
 * earlier stack retained or that is still being deleted. It ends in the last part of the stack's id, `arn:...:stack/<name>/<uuid>`.
 */
export function stackUniqueName({ stackName }: Stack): string {
  const uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID));
  return `${stackName}-${Fn.select(4, Fn.split("-", uuid))}`;
}
