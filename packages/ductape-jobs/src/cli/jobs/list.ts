import { apiTime } from "../api-time.ts";
import type { WrittenTime } from "../arguments/read-time.ts";
import type { ApiOptions, Context } from "../context.ts";
import type { PageOptions } from "../pages.ts";
import { showList } from "../show-list.ts";
import { jobColumns, type SummaryView } from "./show-job.ts";

interface ListOptions extends ApiOptions, PageOptions {
  product?: string;
  env?: string;
  event?: string;
  status?: string;
  type?: string;
  label?: string;
  recurring?: boolean;
  oneTime?: boolean;
  waiting?: boolean;
  retrying?: boolean;
  from?: WrittenTime;
  to?: WrittenTime;
  order?: string;
}

/** `jobs list` */
export async function listJobs(context: Context, options: ListOptions): Promise<void> {
  const {
    product: product_tag,
    env,
    event,
    status,
    type,
    label,
    recurring,
    oneTime,
    waiting,
    retrying,
    order,
  } = options;
  const from = await apiTime(context.api, options.from);
  const to = await apiTime(context.api, options.to);
  const series = recurring ? true : oneTime ? false : undefined;
  const query = { product_tag, env, event, status, type, label, recurring: series, waiting, retrying, from, to, order };
  const listing = { path: "/v1/jobs", field: "jobs", query, none: "No job matches." };
  await showList<SummaryView>(context, { ...listing, columns: jobColumns(context) }, options);
}
