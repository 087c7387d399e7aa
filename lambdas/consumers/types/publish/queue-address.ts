interface QueueArn {
  arn: string;
  partition: string;
  region: string;
  account: string;
  name: string;
}

const arnPattern = /^arn:(aws[a-z-]*):sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)$/;
const urlPattern = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?\/(\d{12})\/([^/?#]+)$/;

/** The ARN of a queue that is given by its ARN or its URL. Undefined for anything else. */
export function queueArn(queue: string): QueueArn | undefined {
  const [, region = "", china, account = "", name = ""] = urlPattern.exec(queue) ?? [];
  const partition = china === undefined ? awsPartitionOf(region) : "aws-cn";
  return parts(name === "" ? queue : `arn:${partition}:sqs:${region}:${account}:${name}`);
}

function parts(arn: string): QueueArn | undefined {
  const [, partition, region, account, name] = arnPattern.exec(arn) ?? [];
  return partition && region && account && name ? { arn, partition, region, account, name } : undefined;
}

/** A URL does not say its partition, except in China. */
const awsPartitionOf = (region: string): string => (region.startsWith("us-gov-") ? "aws-us-gov" : "aws");

/** The queue's URL. The client sends to its own endpoint, so of this only the path matters. */
export const queueUrl = ({ partition, region, account, name }: QueueArn): string =>
  `https://sqs.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}/${account}/${name}`;
