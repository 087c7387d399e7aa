import type { Local } from "../runtime/start.ts";

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
export const banner = (
  { url, apiKey, aws, clockOffsetMs }: Pick<Local, "url" | "apiKey" | "aws" | "clockOffsetMs">,
  seconds: number,
): string => `
Ductape Jobs is ready after ${seconds.toFixed(1)} s.

  API      ${url}/v1
  API key  ${apiKey}
  Outbox   ${url}/outbox   (what the jobs sent: nothing leaves this machine)
  Clock    ${url}/local/clock   (POST {"advance": "30d"} moves it: docs/local.md)${moved(clockOffsetMs)}

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

/** Otherwise whoever moved the clock last week would wonder why a job for now runs at once, and is of next month. */
function moved(offsetMs: number): string {
  if (offsetMs === 0) return "";
  const days = (offsetMs / 86_400_000).toFixed(1);
  const time = new Date(Date.now()).toISOString();
  return `

  The clock is ${days} days ahead of this machine's: it says ${time}.
  Jobs run by that time. How to go back: docs/local.md, or set DUCTAPE_DATA to another folder.`;
}
