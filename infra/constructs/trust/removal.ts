import { RemovalPolicy } from "aws-cdk-lib/core";

/**
 * Kept when its stack is deleted, and when another takes its place; not where the deployment that makes it is rolled back: it
 * is empty then, and the next attempt makes another.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
 */
export const keptOnceUsed = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
