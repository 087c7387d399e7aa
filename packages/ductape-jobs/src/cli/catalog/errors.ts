import type { ErrorGroup } from "ductape-sdk";
import { apiTime } from "../api-time.ts";
import type { WrittenTime } from "../arguments/read-time.ts";
import type { ApiOptions, Context } from "../context.ts";
import { eventOf } from "../jobs/show-job.ts";
import type { PageOptions } from "../pages.ts";
import { showList } from "../show-list.ts";
import type { Column } from "../terminal/table.ts";
import { relative } from "../terminal/time.ts";

interface ErrorsOptions extends ApiOptions, PageOptions {
  product?: string;
  env?: string;
  from?: WrittenTime;
  to?: WrittenTime;
}

const columnsOf = ({ api }: Context): Column<ErrorGroup>[] => [
  { title: "COUNT", cell: ({ count }) => String(count) },
  { title: "EVENT", cell: eventOf, flexible: true, least: 28 },
  { title: "CODE", cell: ({ code, provider_code }) => (provider_code ? `${code} (${provider_code})` : code) },
  { title: "LAST", cell: ({ last_at }) => relative(last_at, api.now()) },
  { title: "LAST JOB", cell: ({ sample_job_id }) => sample_job_id, drop: 1 },
  { title: "MESSAGE", cell: ({ message }) => message, flexible: true, drop: 2 },
];

/** `errors` */
export async function listErrors(context: Context, options: ErrorsOptions): Promise<void> {
  const { product: product_tag, env } = options;
  const from = await apiTime(context.api, options.from);
  const to = await apiTime(context.api, options.to);
  const listing = { path: "/v1/errors", field: "errors", query: { product_tag, env, from, to } };
  await showList<ErrorGroup>(context, { ...listing, columns: columnsOf(context), none: "Nothing failed." }, options);
}
