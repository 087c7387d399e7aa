import type { ComponentChildren } from "preact";
import type { JobSummary } from "../../../../sdk/src/index.ts";
import { durationOf, heldOf, latenessOf, limitsOf, waitingFor } from "../../job/states.ts";
import { JobStatusBadge } from "../../job/status-badge.tsx";
import { Tag } from "../../ui/badge.tsx";
import { duration, shortId } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Dash, Duration, Lateness, Time } from "../../ui/time.tsx";

export interface JobColumn {
  id: string;
  name: string;
  /** Its width, as `grid-template-columns` takes it. */
  width: string;
  right?: boolean;
  /** Whether it is shown unless a person says otherwise. */
  standard?: boolean;
  cell: (job: JobSummary, now: number) => ComponentChildren;
}

export const jobColumns: readonly JobColumn[] = [
  {
    id: "status",
    name: "Status",
    width: "116px",
    standard: true,
    cell: (job) => <JobStatusBadge job={job} />,
  },
  { id: "event", name: "Event", width: "minmax(190px, 1.6fr)", standard: true, cell: (job) => <EventCell job={job} /> },
  { id: "id", name: "Id", width: "150px", cell: ({ job_id }) => <code title={job_id}>{shortId(job_id)}</code> },
  { id: "type", name: "Type", width: "116px", cell: ({ type }) => <Tag>{type}</Tag> },
  {
    id: "where",
    name: "Product, env",
    width: "minmax(120px, 1fr)",
    standard: true,
    cell: ({ product_tag, env }) => (
      <>
        {product_tag} <span class="muted">{env}</span>
      </>
    ),
  },
  {
    id: "planned",
    name: "Planned",
    width: "190px",
    standard: true,
    cell: (job) => <Time at={job.scheduled_at} {...zoneOf(job)} />,
  },
  {
    id: "started",
    name: "Started",
    width: "214px",
    cell: (job) => <Time at={job.started_at} precision="ms" {...zoneOf(job)} />,
  },
  {
    id: "lateness",
    name: "Lateness",
    width: "76px",
    right: true,
    standard: true,
    cell: (job) => <Lateness ms={latenessOf(job)} limits={limitsOf(job)} held={heldOf(job, duration)} />,
  },
  {
    id: "duration",
    name: "Duration",
    width: "76px",
    right: true,
    standard: true,
    cell: (job, now) => <Duration ms={durationOf(job, now)} />,
  },
  {
    id: "attempts",
    name: "Attempts",
    width: "68px",
    right: true,
    standard: true,
    cell: ({ attempt, retries, most_attempts = retries + 1 }) => (
      <span class="num">
        {attempt}
        <span class="muted">/{most_attempts}</span>
      </span>
    ),
  },
  { id: "next", name: "Next run", width: "190px", cell: (job) => <Time at={job.next_run_at} {...zoneOf(job)} /> },
  { id: "waiting", name: "Waiting for", width: "104px", standard: true, cell: (job) => waitingFor(job) ?? <Dash /> },
  {
    id: "labels",
    name: "Labels",
    width: "minmax(100px, 1fr)",
    cell: ({ labels }) => (labels?.length ? labels.map((label) => <Tag key={label}>{label}</Tag>) : <Dash />),
  },
];

const zoneOf = ({ repeat }: JobSummary) => (repeat?.tz === undefined ? {} : { jobZone: repeat.tz });

function EventCell({ job }: { job: JobSummary }) {
  return (
    <span class="event-cell">
      <Link class="row-link" href={`/jobs/${job.job_id}`}>
        {job.event}
      </Link>
      {job.recurring && <Tag>series</Tag>}
      {job.parent && <Tag>step</Tag>}
      {job.debounce && <Tag>debounced</Tag>}
      {job.unique && <Tag>unique</Tag>}
      {job.error && job.status !== "completed" && <Tag tone="bad">{job.error.code}</Tag>}
      {job.reason !== undefined && (
        <span class="muted">
          <Plain text={job.reason} />
        </span>
      )}
    </span>
  );
}

/** The columns to show: those of the address, in our order, or the standard ones. */
export function chosenColumns(chosen: readonly string[]): JobColumn[] {
  const shown = jobColumns.filter(({ id, standard }) => (chosen.length > 0 ? chosen.includes(id) : standard));
  return shown.some(({ id }) => id === "event")
    ? shown
    : jobColumns.filter(({ id, standard }) => id === "event" || (chosen.length > 0 ? chosen.includes(id) : standard));
}

/** One job on two lines, for narrow screens. */
export const NarrowJob = ({ job, now }: { job: JobSummary; now: number }) => (
  <span class="narrow-job">
    <span class="narrow-line">
      <EventCell job={job} />
      <JobStatusBadge job={job} />
    </span>
    <span class="narrow-line muted">
      <Time at={job.started_at ?? job.scheduled_at} {...zoneOf(job)} />
      <span>
        <Lateness ms={latenessOf(job)} limits={limitsOf(job)} held={heldOf(job, duration)} />{" "}
        <Duration ms={durationOf(job, now)} />
      </span>
    </span>
  </span>
);
