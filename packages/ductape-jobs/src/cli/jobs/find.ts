import type { FoundJob } from "ductape-sdk";
import { apiTime } from "../api-time.ts";
import type { WrittenTime } from "../arguments/read-time.ts";
import type { ApiOptions, Context } from "../context.ts";
import type { PageOptions } from "../pages.ts";
import { showList } from "../show-list.ts";
import type { Column } from "../terminal/table.ts";
import { jobColumns } from "./show-job.ts";

interface FindOptions extends ApiOptions, PageOptions {
  product?: string;
  env?: string;
  field?: string;
  failed?: boolean;
  from?: WrittenTime;
  to?: WrittenTime;
}

/** The columns of jobs, and by what each was found. */
const foundColumns = (context: Context): Column<FoundJob>[] => [
  ...jobColumns(context).map(({ cell, paint, ...column }) => ({
    ...column,
    cell: ({ job }: FoundJob) => cell(job),
    ...(paint && { paint: (text: string, { job }: FoundJob) => paint(text, job) }),
  })),
  { title: "BY", cell: ({ keys, fields }) => [...keys, ...fields].join(", "), drop: 4 },
];

/** `find` */
export async function findJobs(context: Context, q: string, options: FindOptions): Promise<void> {
  const { product: product_tag, env, field, failed } = options;
  const from = await apiTime(context.api, options.from);
  const to = await apiTime(context.api, options.to);
  const query = { q, product_tag, env, field, status: failed ? "failed" : undefined, from, to };
  const listing = { path: "/v1/find", field: "found", query, inBody: true, none: "No job is found by it." };
  await showList<FoundJob>(context, { ...listing, columns: foundColumns(context) }, options);
}
