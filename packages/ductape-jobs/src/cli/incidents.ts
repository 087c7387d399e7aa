import type { Incident } from "ductape-sdk";
import { path } from "./api.ts";
import { apiTime } from "./api-time.ts";
import type { WrittenTime } from "./arguments/read-time.ts";
import type { ApiOptions, Context } from "./context.ts";
import { usdText } from "./costs.ts";
import type { PageOptions } from "./pages.ts";
import { showList } from "./show-list.ts";
import { clean } from "./terminal/clean.ts";
import { type Column, fields } from "./terminal/table.ts";
import { relative } from "./terminal/time.ts";

interface Tenant extends ApiOptions {
  product: string;
  env: string;
}

/** What fails, or does not come. */
export const causeOf = ({ kind, target, code, provider_code, schedule, alert, budget }: Incident): string => {
  if (kind === "silence") return `${schedule} does not complete`;
  if (kind === "rate") return `too many runs fail (${alert})`;
  if (budget) return `${usdText(budget.usd)} of ${budget.budget_usd} USD used in ${budget.month} (${alert})`;
  if (target === undefined) return "other causes";
  return `${target} ${code}${provider_code === undefined ? "" : ` (${provider_code})`}`;
};

const columnsOf = ({ api }: Context): Column<Incident>[] => [
  { title: "INCIDENT", cell: ({ id }) => id },
  { title: "STATE", cell: ({ state }) => state },
  { title: "CAUSE", cell: causeOf, flexible: true, least: 28 },
  { title: "FAILING", cell: ({ failing }) => String(failing) },
  { title: "PRODUCT", cell: ({ product_tag, env }) => `${product_tag}/${env}`, drop: 2 },
  { title: "LAST", cell: ({ last_at }) => relative(last_at, api.now()) },
  { title: "LAST JOB", cell: ({ sample_job_id }) => sample_job_id, drop: 1 },
];

/** `incidents list` */
export async function listIncidents(
  context: Context,
  options: ApiOptions & PageOptions & { product?: string; env?: string; state?: string },
): Promise<void> {
  const { product: product_tag, env, state } = options;
  const listing = { path: "/v1/incidents", field: "incidents", query: { product_tag, env, state } };
  await showList<Incident>(context, { ...listing, columns: columnsOf(context), none: "No incidents." }, options);
}

function show(context: Context, incident: Incident): void {
  context.print(incident);
  const { id, state, count, failing, openings, flaps, ignored, answer } = incident;
  const until = [
    ignored?.until === undefined ? undefined : context.when(ignored.until),
    ignored?.above_per_hour === undefined ? undefined : `until more than ${ignored.above_per_hour} fail within an hour`,
  ].filter((one) => one !== undefined);
  context.say([
    `${id}  ${state}`,
    ...fields([
      ["cause", clean(causeOf(incident))],
      ["failed", `${failing} since it was opened, ${count} altogether, opened ${openings} times`],
      ["flaps", flaps && "it was opened four times within a day: further openings are told from 100 failures on"],
      ["first", context.when(incident.first_at)],
      ["last", context.when(incident.last_at)],
      ["ended", incident.ended_at === undefined ? undefined : context.when(incident.ended_at)],
      ["ignored", ignored && (until.join(", ") || "until it is reopened")],
      ["event", incident.event],
      ["last job", incident.sample_job_id],
      ["by", incident.by === undefined ? undefined : clean(incident.by)],
      ["answer", answer && clean(`${answer.status} ${answer.body}`)],
    ]),
  ]);
}

const pathOf = ({ product, env }: Tenant, id: string): string => path`/v1/incidents/${product}/${env}/${id}`;

/** `incidents get` */
export async function getIncident(context: Context, id: string, options: Tenant): Promise<void> {
  show(context, await context.api.request<Incident>("GET", pathOf(options, id)));
}

const change = async (context: Context, id: string, options: Tenant, verb: string, body?: object): Promise<void> =>
  show(
    context,
    await context.api.request<Incident>("POST", `${pathOf(options, id)}/${verb}`, { body, repeatable: true }),
  );

/** `incidents resolve` */
export const resolveIncident = (context: Context, id: string, options: Tenant): Promise<void> =>
  change(context, id, options, "resolve");

/** `incidents reopen` */
export const reopenIncident = (context: Context, id: string, options: Tenant): Promise<void> =>
  change(context, id, options, "reopen");

/** `incidents ignore` */
export async function ignoreIncident(
  context: Context,
  id: string,
  options: Tenant & { until?: WrittenTime; above?: number },
): Promise<void> {
  const until = await apiTime(context.api, options.until);
  await change(context, id, options, "ignore", { until, above_per_hour: options.above });
}
