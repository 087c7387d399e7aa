import type { Deployment, JobSummary } from "../../../sdk/src/index.ts";

interface AwsLink {
  name: string;
  url: string;
}

type Linked = Pick<JobSummary, "job_id" | "type" | "status" | "created_at" | "finished_at">;

const hour = 3_600_000;

/** Links to what a job is in AWS: the lines of its log, its queue, the schedule that waits for it, its item. */
export function awsLinks(aws: Deployment, job: Linked, now: number): AwsLink[] {
  const console = `https://${aws.region}.console.${consoleOf(aws.region)}`;
  const at = `region=${aws.region}`;
  const queue = aws.queues[job.type];
  const group = aws.log_groups[job.type];
  const item = new URLSearchParams({
    itemMode: "2",
    pk: `JOB#${job.job_id}`,
    sk: "STATE",
    table: aws.table,
    route: "ROUTE_ITEM_EXPLORER",
  });
  return [
    ...(group
      ? [
          {
            name: "Log lines",
            url: `${console}/cloudwatch/home?${at}#logsV2:logs-insights$3FqueryDetail$3D${logQuery(group, job, now)}`,
          },
        ]
      : []),
    ...(queue ? [{ name: "Queue", url: `${console}/sqs/v3/home?${at}#/queues/${encodeURIComponent(queue)}` }] : []),
    ...(job.status === "scheduled"
      ? [
          {
            name: "Schedule",
            url: `${console}/scheduler/home?${at}#schedules/${encodeURIComponent(aws.schedule_group)}/${encodeURIComponent(job.job_id)}`,
          },
        ]
      : []),
    { name: "Item", url: `${console}/dynamodbv2/home?${at}#edit-item?${item}` },
  ];
}

/** China and GovCloud have consoles apart. */
function consoleOf(region: string): string {
  if (region.startsWith("cn-")) return "amazonaws.cn";
  return region.startsWith("us-gov-") ? "amazonaws-us-gov.com" : "aws.amazon.com";
}

/** The query in the encoding of CloudWatch's console: `~(key~'value)` with `*` in place of `%`, and `%` of the URL as `$`. */
function logQuery(group: string, { job_id, created_at, finished_at }: Linked, now: number): string {
  const from = new Date(created_at - hour).toISOString();
  const to = new Date((finished_at ?? now) + hour).toISOString();
  const query = `fields @timestamp, @message | filter job_id = "${job_id}" | sort @timestamp asc`;
  const text = (value: string) =>
    `'${encodeURIComponent(value)
      .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
      .replaceAll("%", "*")}`;
  const detail = `~(end~${text(to)}~start~${text(from)}~timeType~'ABSOLUTE~tz~'UTC~editorString~${text(query)}~source~(~${text(group)}))`;
  return encodeURIComponent(detail)
    .replaceAll("'", "%27")
    .replaceAll("(", "%28")
    .replaceAll(")", "%29")
    .replaceAll("~", "%7E")
    .replaceAll("*", "%2A")
    .replaceAll("%", "$");
}
