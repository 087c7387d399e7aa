import { brokerAccess } from "../../../../../lambdas/consumers/types/publish/access.ts";
import { queueArn, queueUrl } from "../../../../../lambdas/consumers/types/publish/queue-address.ts";
import { secret } from "../../../../../lambdas/core/catalog/references.ts";

const arn = "arn:aws:sqs:eu-central-1:123456789012:orders.fifo";

test("the grant of brokers is exactly the queues, topics and buses, each once", () => {
  const topics = {
    a: { queue: arn },
    b: { queue: arn },
    c: { queue: "https://sqs.eu-west-1.amazonaws.com/123456789012/c" },
  };
  const topic = "arn:aws:sns:us-east-1:123456789012:t";
  const access = brokerAccess({
    envs: {
      one: { provider: "sqs", topics },
      two: { provider: "sns", topics: { t: { arn: topic } } },
      three: { provider: "eventbridge", bus: "orders", region: "us-east-2", source: "s", topics: {} },
      four: {
        provider: "eventbridge",
        bus: "arn:aws:events:us-east-1:123456789012:event-bus/b",
        source: "s",
        topics: {},
      },
      five: { provider: "kafka", brokers: ["k:1"], topics: {} },
      six: { provider: "rabbitmq", url: secret("mq"), topics: {} },
      seven: { provider: "sqs", topics: {} },
    },
  });
  expect(access).toEqual([
    { actions: ["sqs:SendMessage"], resources: [arn, "arn:aws:sqs:eu-west-1:123456789012:c"] },
    { actions: ["sns:Publish"], resources: [topic] },
    {
      actions: ["events:PutEvents"],
      resources: [{ service: "events", region: "us-east-2", resource: "event-bus/orders" }],
    },
    { actions: ["events:PutEvents"], resources: ["arn:aws:events:us-east-1:123456789012:event-bus/b"] },
  ]);
});

test.each([
  [arn, "https://sqs.eu-central-1.amazonaws.com/123456789012/orders.fifo"],
  ["arn:aws-cn:sqs:cn-north-1:123456789012:q", "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q"],
  ["arn:aws-us-gov:sqs:us-gov-west-1:123456789012:q", "https://sqs.us-gov-west-1.amazonaws.com/123456789012/q"],
])("the ARN %s is the queue at %s", (of, url) => {
  expect(queueArn(of)?.arn).toBe(of);
  expect(queueArn(url)?.arn).toBe(of);
  const parts = queueArn(of);
  expect(parts && queueUrl(parts)).toBe(url);
});
