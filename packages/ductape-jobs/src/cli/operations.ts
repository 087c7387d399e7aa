import type { NotChanged, Operation } from "ductape-sdk";
import { path } from "./api.ts";
import { apiTime } from "./api-time.ts";
import type { WrittenTime } from "./arguments/read-time.ts";
import type { ApiOptions, Context } from "./context.ts";
import { CliError } from "./exit-code.ts";
import type { PageOptions } from "./pages.ts";
import { showList } from "./show-list.ts";
import { clean } from "./terminal/clean.ts";
import { type Column, fields } from "./terminal/table.ts";
import { relative } from "./terminal/time.ts";

interface StartOptions extends ApiOptions {
  product: string;
  env?: string;
  status?: string;
  type?: string;
  event?: string;
  label?: string;
  where?: Record<string, string>;
  cause?: string;
  from?: WrittenTime;
  to?: WrittenTime;
  job?: string[];
  reason?: string;
  rate?: number;
  canary?: number;
  watch?: string;
  expect?: number;
  at?: WrittenTime;
  dryRun?: boolean;
}

const stateOf = ({ state, paused, stopping }: Operation): string => {
  if (stopping) return `${state}, stopping`;
  return paused ? `${state}, paused` : state;
};

const progressOf = ({ changed, matched }: Operation): string => `${changed} of ${matched}`;

const columnsOf = ({ api }: Context): Column<Operation>[] => [
  { title: "OPERATION", cell: ({ operation_id }) => operation_id },
  { title: "ACTION", cell: ({ action }) => action },
  { title: "STATE", cell: stateOf },
  { title: "CHANGED", cell: progressOf },
  { title: "BEGUN", cell: ({ created_at }) => relative(created_at, api.now()), drop: 1 },
  { title: "REASON", cell: ({ reason }) => reason, flexible: true },
];

/** `operations list` */
export async function listOperations(
  context: Context,
  options: ApiOptions & PageOptions & { product: string },
): Promise<void> {
  const listing = { path: "/v1/operations", field: "operations", query: { product_tag: options.product } };
  await showList<Operation>(context, { ...listing, columns: columnsOf(context), none: "No operations." }, options);
}

function show(context: Context, operation: Operation): void {
  context.print(operation);
  const { operation_id, action, product_tag, envs, unchanged, failed, remaining, paused, detail, sample } = operation;
  context.say([
    `${operation_id}  ${stateOf(operation)}`,
    ...fields([
      ["does", `${action}, in ${product_tag}/${envs.join(", ")}`],
      ["reason", operation.reason && clean(operation.reason)],
      ["changed", `${progressOf(operation)}, ${remaining} to come, at ${operation.rate_per_second} a second`],
      ["unchanged", unchanged === 0 ? undefined : String(unchanged)],
      ["failed", failed === 0 ? undefined : String(failed)],
      ["asks", paused?.detail],
      ["because", detail],
      ["sample", sample.length === 0 ? undefined : sample.join(" ")],
      ["begun", context.when(operation.created_at)],
      ["ended", operation.ended_at === undefined ? undefined : context.when(operation.ended_at)],
    ]),
  ]);
}

/** `operations start <action>` */
export async function startOperation(context: Context, action: string, options: StartOptions): Promise<void> {
  const {
    product: product_tag,
    env,
    event,
    label,
    where,
    cause,
    job: job_ids,
    reason,
    expect,
    dryRun: dry_run,
  } = options;
  const [from, to, start_at] = await Promise.all(
    [options.from, options.to, options.at].map((time) => apiTime(context.api, time)),
  );
  const list = (text: string | undefined) => text?.split(",");
  const filter = {
    product_tag,
    env,
    event,
    label,
    where,
    cause,
    from,
    to,
    status: list(options.status),
    type: list(options.type),
  };
  if (options.watch !== undefined && options.canary === undefined) {
    throw new CliError("--watch says for how long the jobs of the --canary are looked at: name their number too.");
  }
  const canary = options.canary === undefined ? undefined : { count: options.canary, for: options.watch };
  const body = {
    ...{ action, filter, job_ids, reason, rate_per_second: options.rate, canary, expect, start_at, dry_run },
    // So that a request which is repeated begins one operation.
    idempotency_key: crypto.randomUUID(),
  };
  show(context, await context.api.request<Operation>("POST", "/v1/operations", { body, repeatable: true }));
}

/** `operations get` */
export async function getOperation(context: Context, id: string): Promise<void> {
  show(context, await context.api.request<Operation>("GET", path`/v1/operations/${id}`));
}

const steer = async (context: Context, id: string, verb: string, body?: object): Promise<void> =>
  show(
    context,
    await context.api.request<Operation>("POST", path`/v1/operations/${id}/${verb}`, { body, repeatable: true }),
  );

/** `operations pause` */
export const pauseOperation = (context: Context, id: string): Promise<void> => steer(context, id, "pause");

/** `operations continue` */
export const continueOperation = (context: Context, id: string): Promise<void> => steer(context, id, "continue");

/** `operations stop` */
export const stopOperation = (context: Context, id: string): Promise<void> => steer(context, id, "stop");

/** `operations rate` */
export const changeRate = (context: Context, id: string, rate_per_second: number): Promise<void> =>
  steer(context, id, "rate", { rate_per_second });

const notChangedColumns: Column<NotChanged>[] = [
  { title: "JOB", cell: ({ job_id }) => job_id },
  { title: "OUTCOME", cell: ({ outcome }) => outcome },
  { title: "CODE", cell: ({ code }) => code },
  { title: "DETAIL", cell: ({ detail }) => detail, flexible: true },
];

/** `operations not-changed` */
export async function listNotChanged(context: Context, id: string, options: ApiOptions & PageOptions): Promise<void> {
  const listing = { path: path`/v1/operations/${id}/not-changed`, field: "jobs", query: {} };
  await showList<NotChanged>(context, { ...listing, columns: notChangedColumns, none: "None." }, options);
}
