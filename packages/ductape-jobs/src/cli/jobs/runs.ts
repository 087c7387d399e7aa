import type { JobRun } from "ductape-sdk";
import { path } from "../api.ts";
import type { ApiOptions, Context } from "../context.ts";
import type { PageOptions } from "../pages.ts";
import { showList } from "../show-list.ts";
import { statusPaint } from "../terminal/colour.ts";
import type { Column } from "../terminal/table.ts";
import { duration, localTime, relative } from "../terminal/time.ts";
import { whyOf } from "./show-job.ts";

/** From the start of its latest attempt to the end of the run. */
const took = ({ started_at, finished_at }: JobRun): string | undefined =>
  started_at === undefined || finished_at === undefined ? undefined : duration(finished_at - started_at);

function runColumns({ paint, zone, api }: Context): Column<JobRun>[] {
  const painted = statusPaint(paint);
  return [
    { title: "RUN", cell: ({ run }) => String(run) },
    {
      title: "STATUS",
      cell: ({ status }) => status,
      paint: (text, { status }) => text.replace(status, painted(status)),
    },
    { title: "PLANNED", cell: ({ scheduled_at }) => localTime(scheduled_at, zone) },
    { title: "", cell: ({ scheduled_at }) => relative(scheduled_at, api.now()) },
    { title: "LATE", cell: ({ attempts: [first] }) => (first ? duration(first.lateness_ms) : undefined) },
    { title: "TOOK", cell: took },
    { title: "TRIES", cell: ({ attempts }) => String(attempts.length) },
    { title: "WHY", cell: whyOf, flexible: true },
  ];
}

/** `jobs runs` */
export const listRuns = (context: Context, id: string, options: ApiOptions & PageOptions): Promise<void> =>
  showList<JobRun>(
    context,
    { path: path`/v1/jobs/${id}/runs`, field: "runs", columns: runColumns(context), none: "It has no run." },
    options,
  );
