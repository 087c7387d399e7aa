import { RemovalPolicy } from "aws-cdk-lib/core";

/**
 * Retained when the stack is deleted and when another resource replaces this one, but not when the deployment that creates it
 * is rolled back: it is empty then, and the next attempt creates another.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
 */
export const retainExceptOnCreate = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
