import { example } from "../demo/example.ts";
import type { FirstRequest } from "../host/first-request.ts";
import type { Local } from "../runtime/start.ts";

/** Printed once the system is ready: the page, the URL and the key for programs, and a command that works when pasted. */
export const banner = (
  { url, apiKey, aws, clockOffsetMs, allowReal, first }: Omit<Local, "isNew" | "broken" | "stop">,
  seconds: number,
  /** Whether the catalog is the demo's, whose events the example uses. */
  demo = true,
): string => `
Ductape Jobs is ready after ${seconds.toFixed(1)} s.

  Dashboard  ${url}/   (open it in a browser)

For programs, the SDK and the commands of the docs:

export DUCTAPE_URL=${url} DUCTAPE_API_KEY=${apiKey}

  Outbox     ${url}/outbox   (what jobs sent to it: ${allowReal ? "other machines are called for real" : "calls of other machines are refused"})
  Clock      ${url}/local/clock   (POST {"advance": "30d"} moves it: docs/local.md)${moved(clockOffsetMs)}

Endpoints of the other ways to schedule jobs (docs/aws-triggers.md), for \`aws --endpoint-url\`:

  SQS, SNS and S3  ${aws.sqs}
  EventBridge      ${aws.events}

Schedule a job and wait for it:

${demo || first === undefined ? curl({ url, apiKey }) : commandFor(first)}
`;

const curl = ({ url, apiKey }: Pick<Local, "url" | "apiKey">): string => `curl -s ${url}/v1/jobs \\
  -H 'Authorization: Bearer ${apiKey}' \\
  -H 'Content-Type: application/json' \\
  -H 'Prefer: wait=10' \\
  -d '${JSON.stringify(example)}'`;

function commandFor({ product, env, event, input }: FirstRequest): string {
  const names = `--product ${product} --env ${env}`;
  if (input !== undefined) return `npx ductape-jobs schedule ${event} ${names} --input ${quotedJson(input)} --wait`;
  return [
    `npx ductape-jobs products ${product} --event ${event}   # what its input is`,
    `npx ductape-jobs schedule ${event} ${names} --input @input.json --wait`,
  ].join("\n");
}

/** For shells, which take all between single quotes as it is. */
const quotedJson = (value: object): string => `'${JSON.stringify(value).replaceAll("'", "'\\''")}'`;

/** Reminds a user who moved the clock last week, and would wonder why a job that is due now has a date in the future. */
function moved(offsetMs: number): string {
  if (offsetMs === 0) return "";
  const days = (offsetMs / 86_400_000).toFixed(1);
  const time = new Date(Date.now()).toISOString();
  return `

  The clock is ${days} days ahead of this machine's: it says ${time}.
  Jobs run by that time. To go back, see docs/local.md, or set DUCTAPE_DATA to another folder.`;
}
