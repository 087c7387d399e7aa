import type { AttemptWindow, ExplainedGate, Explanation, FireTime } from "ductape-sdk";
import type { Context } from "../context.ts";
import { clean } from "../terminal/clean.ts";
import { type Column, fields, table } from "../terminal/table.ts";
import { duration, relative } from "../terminal/time.ts";
import { type RequestOptions, requestOf } from "./request.ts";

/** `explain`: of a request. */
export async function explain(context: Context, event: string, options: RequestOptions): Promise<void> {
  const body = await requestOf(context, event, options);
  const headers = options.idempotencyKey === undefined ? {} : { "idempotency-key": options.idempotencyKey };
  const answer = await context.api.request<Explanation>("POST", "/v1/explain", { body, headers, repeatable: true });
  context.print(answer);
  context.say(explanationLines(answer, context));
}

function explanationLines(explanation: Explanation, context: Context): string[] {
  const { job, route, notes = [], gates = [], pauses = [], next_runs, retry_timetable } = explanation;
  const { estimated_cost, undo } = explanation;
  const { when, columns, api } = context;
  const section = <Row>(title: string, all: Column<Row>[], rows: readonly Row[]) =>
    rows.length > 0 ? ["", title, ...table(all, rows, columns)] : [];
  return [
    clean(`${job.product_tag}/${job.env} ${job.event} (${job.type}) would be accepted. Nothing was created.`),
    ...fields([
      ["runs", clean(`${job.target.section}.${job.target.name}`)],
      ["targets", job.targets && clean(job.targets.map(targetText).join(", "))],
      ["due", when(job.due_at)],
      ["expires", when(job.expires_at)],
      ["timeout", `${duration(job.timeout_ms)} per attempt, ${job.retries} retries`],
      ["input", `${job.input_bytes} bytes`],
      ["route", clean(`${route.via}: ${route.why}`)],
      ["cost", `${estimated_cost.usd_per_million.toFixed(2)} USD per million such jobs in ${estimated_cost.region}`],
      ["undo", undo && clean(undoText(undo))],
    ]),
    ...notes.map(({ pointer, detail }) => clean(`  note ${pointer}: ${detail}`)),
    ...pauses.map(({ reason, until }) =>
      clean(`  paused ${until === undefined ? "until it is ended" : `until ${when(until)}`}: ${reason}`),
    ),
    ...(job.recurring ? section("next runs", runColumns(api.now()), next_runs) : []),
    ...section("attempts, if each before fails", windowColumns, retry_timetable),
    ...section("limits", gateColumns, gates),
  ];
}

const targetText = ({ order, name, share }: NonNullable<Explanation["job"]["targets"]>[number]): string =>
  share === undefined ? `${order}. ${name}` : `${name} ${Math.round(share * 1000) / 10} %`;

/** What happens if a feature fails after all of its steps, and what that costs. */
const undoText = ({ steps, estimated_cost }: NonNullable<Explanation["undo"]>): string =>
  `${steps.map(({ step, event, each }) => `${step} by ${event}${each ? " for each item" : ""}`).join(", ")}: ${estimated_cost.usd_per_million.toFixed(2)} USD per million ends more`;

const runColumns = (now: number): Column<FireTime>[] => [
  { title: "TIME", cell: ({ local }) => local },
  { title: "", cell: ({ at }) => relative(at, now) },
  { title: "NOTE", cell: ({ note }) => note, flexible: true },
];

const windowColumns: Column<AttemptWindow>[] = [
  { title: "ATTEMPT", cell: ({ attempt }) => String(attempt) },
  { title: "EARLIEST", cell: ({ earliest_ms }) => `+${duration(earliest_ms)}` },
  { title: "LATEST", cell: ({ latest_ms }) => `+${duration(latest_ms)}` },
];

const gateColumns: Column<ExplainedGate>[] = [
  { title: "LIMIT", cell: ({ limit }) => limit },
  { title: "KEY", cell: ({ key }) => key, flexible: true },
  {
    title: "IN USE",
    cell: ({ in_use, concurrency }) => (concurrency === undefined ? `${in_use}` : `${in_use} of ${concurrency}`),
  },
  { title: "WAITING", cell: ({ waiting, more_waiting }) => `${waiting}${more_waiting ? "+" : ""}` },
  { title: "WOULD", cell: ({ would }) => would },
];
