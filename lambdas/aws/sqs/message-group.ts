/**
 * SQS refuses a longer MessageGroupId, and other characters than these. Two tenants that this makes equal lose the
 * fairness between them, nothing else.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const longest = 128;

/** The group that keeps one tenant's burst from starving another: a standard queue with groups is a fair one. */
export const messageGroup = (tenant: string): string =>
  tenant.replaceAll(/[^\x21-\x7e]/g, "_").slice(0, longest) || "_";
