import type { Local } from "./start.ts";

/** The example of Ductape's page on scheduling, to be run now. */
const example = {
  env: "prd",
  product_tag: "my-product",
  event: "send_notification",
  input: {
    slug: "order_update",
    push_notification: {
      title: { en: "Order Shipped" },
      body: { en: "Your order #12345 has been shipped!" },
      data: { trackingId: "XYZ987" },
      device_token: "abcdef123456",
    },
  },
  start_at: 0,
};

/** What is printed once the system is ready: where it is, its key, and a command that works when pasted. */
export const banner = ({ url, apiKey, aws }: Pick<Local, "url" | "apiKey" | "aws">, seconds: number): string => `
Ductape Jobs is ready after ${seconds.toFixed(1)} s.

  API      ${url}/v1
  API key  ${apiKey}
  Outbox   ${url}/outbox   (what the jobs sent: nothing leaves this machine)
  Clock    ${url}/local/clock   (POST {"advance": "30d"} moves it: docs/local.md)

Other ways in (docs/aws-triggers.md), for \`aws --endpoint-url\`:

  SQS, SNS and S3  ${aws.sqs}
  EventBridge      ${aws.events}

Schedule a job and wait for it:

curl -s ${url}/v1/jobs \\
  -H 'Authorization: Bearer ${apiKey}' \\
  -H 'Content-Type: application/json' \\
  -H 'Prefer: wait=10' \\
  -d '${JSON.stringify(example)}'
`;
