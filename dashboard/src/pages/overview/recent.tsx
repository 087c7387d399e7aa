import type { JobSummary } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { query } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { durationOf, heldOf, isSettled, latenessOf, limitsOf } from "../../job/states.ts";
import { JobStatusBadge } from "../../job/status-badge.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { duration } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { Duration, Lateness, Time } from "../../ui/time.tsx";

const shown = 8;

const recent = defineQuery("recent", async (tenant: Tenant): Promise<JobSummary[]> => {
  const [running, done] = await Promise.all([
    ductape()
      .jobs.list({ ...tenant, status: ["queued", "running"], limit: shown })
      .page(),
    ductape()
      .jobs.list({ ...tenant, status: ["completed", "failed", "cancelled"], limit: shown })
      .page(),
  ]);
  const known = new Map([...running.jobs, ...done.jobs].map((job) => [job.job_id, job]));
  return [...known.values()].slice(0, shown);
});

const columns: Column<JobSummary>[] = [
  { id: "status", name: "Status", cell: (job) => <JobStatusBadge job={job} /> },
  {
    id: "event",
    name: "Event",
    cell: ({ job_id, event }) => (
      <Link class="strong-link" href={`/jobs/${job_id}`}>
        {event}
      </Link>
    ),
  },
  {
    id: "planned",
    name: "Planned",
    wide: true,
    cell: ({ scheduled_at, repeat }) => (
      <Time at={scheduled_at} date={false} {...(repeat?.tz !== undefined && { jobZone: repeat.tz })} />
    ),
  },
  {
    id: "late",
    name: "Lateness",
    right: true,
    cell: (job) => <Lateness ms={latenessOf(job)} limits={limitsOf(job)} held={heldOf(job, duration)} />,
  },
  { id: "took", name: "Duration", right: true, wide: true, cell: (job) => <Duration ms={durationOf(job, apiNow())} /> },
];

/** What runs now, and what has ended last. */
export function Recent({ tenant }: { tenant: Tenant | undefined }) {
  const { data } = usePoll(tenant && recent(tenant), {
    isFinal: (jobs) => jobs.every((job) => isSettled(job, apiNow())),
    slow: true,
  });
  return (
    <Panel
      title="Latest"
      actions={<Link href={`/jobs${query({ product: tenant?.product_tag, env: tenant?.env })}`}>All jobs</Link>}
    >
      {!data && <Skeleton lines={8} />}
      {data?.length === 0 && <EmptyState title="No job has run yet" />}
      {data && data.length > 0 && (
        <Table label="Latest jobs" columns={columns} rows={data} keyOf={({ job_id }) => job_id} />
      )}
    </Panel>
  );
}
