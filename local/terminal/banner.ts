import type { Local } from "../runtime/start.ts";

/** The example from Ductape's page on scheduling, due now. */
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

/** Printed once the system is ready: its URL, its key, and a command that works when pasted. */
export const banner = (
  { url, apiKey, aws, clockOffsetMs }: Pick<Local, "url" | "apiKey" | "aws" | "clockOffsetMs">,
  seconds: number,
): string => `
Ductape Jobs is ready after ${seconds.toFixed(1)} s.

  API      ${url}/v1
  API key  ${apiKey}
  Outbox   ${url}/outbox   (everything that jobs sent: nothing leaves this machine)
  Clock    ${url}/local/clock   (POST {"advance": "30d"} moves it: docs/local.md)${moved(clockOffsetMs)}

Endpoints of the other ways to schedule jobs (docs/aws-triggers.md), for \`aws --endpoint-url\`:

  SQS, SNS and S3  ${aws.sqs}
  EventBridge      ${aws.events}

Schedule a job and wait for it:

curl -s ${url}/v1/jobs \\
  -H 'Authorization: Bearer ${apiKey}' \\
  -H 'Content-Type: application/json' \\
  -H 'Prefer: wait=10' \\
  -d '${JSON.stringify(example)}'
`;

/** Reminds a user who moved the clock last week, and would wonder why a job that is due now has a date in the future. */
function moved(offsetMs: number): string {
  if (offsetMs === 0) return "";
  const days = (offsetMs / 86_400_000).toFixed(1);
  const time = new Date(Date.now()).toISOString();
  return `

  The clock is ${days} days ahead of this machine's: it says ${time}.
  Jobs run by that time. To go back, see docs/local.md, or set DUCTAPE_DATA to another folder.`;
}
