/**
 * SQS refuses a MessageGroupId that is longer or has other characters than the ones below. Two tenants whose groups become the
 * same only lose the fairness between them.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const longest = 128;

/** The group of a tenant's messages. A standard queue with groups is fair: one tenant's burst does not delay the others. */
export const messageGroup = (tenant: string): string =>
  tenant.replaceAll(/[^\x21-\x7e]/g, "_").slice(0, longest) || "_";
