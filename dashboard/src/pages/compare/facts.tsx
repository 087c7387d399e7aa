import type { ComponentChildren } from "preact";
import type { Job } from "../../../../sdk/src/index.ts";
import { actorOf, durationOf, latenessOf } from "../../job/states.ts";
import { JobStatusBadge } from "../../job/status-badge.tsx";
import { Tag } from "../../ui/badge.tsx";
import { duration, exactMs, offset } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Dash, Time } from "../../ui/time.tsx";
import { sourceLineOf } from "../job/source-line.ts";

/** One thing that is known of a job. */
interface Known {
  name: string;
  /** By which two jobs are compared. Undefined: it does not apply. */
  value: string | number | undefined;
  /** Default: the value as text. */
  shown?: ComponentChildren;
  /** A length of time in milliseconds, of which the difference says something. */
  isLength?: true;
}

interface FactRow {
  name: string;
  differs: boolean;
  left: ComponentChildren;
  right: ComponentChildren;
}

const text = (name: string, value: string | number | undefined): Known => ({ name, value });

const code = (name: string, value: string | undefined): Known => ({
  name,
  value,
  shown: value !== undefined && (
    <code>
      <Plain text={value} />
    </code>
  ),
});

const time = (name: string, value: number | undefined): Known => ({
  name,
  value,
  shown: <Time at={value} precision="ms" />,
});

const length = (name: string, value: number | undefined): Known => ({
  name,
  value,
  isLength: true,
  shown: value !== undefined && (
    <span class="num" title={exactMs(value)}>
      {duration(value)}
    </span>
  ),
});

/** What is compared of a job, the same facts in the same order for each. */
function knownOf(job: Job, now: number): Known[] {
  const { error, definition, parent, repeat, labels = [] } = job;
  const thrown = job.attempts.at(-1)?.thrown;
  return [
    code("Event", job.event),
    text("Product and env", `${job.product_tag} ${job.env}`),
    text("Type", job.type),
    { name: "Status", value: job.status, shown: <JobStatusBadge job={job} /> },
    code("Error", error?.code),
    code("Code of the provider", error?.provider_code),
    text("Message", error?.message),
    text("Thrown", thrown && `${thrown.name}: ${thrown.message}`),
    code("Thrown at", sourceLineOf(thrown?.stack)),
    text("Reason", job.reason),
    text("Run", job.recurring ? job.run : undefined),
    time("Planned", job.scheduled_at),
    length("Lateness", latenessOf(job)),
    length("Took", durationOf(job, now)),
    text("Attempts", `${job.attempt} of ${job.most_attempts ?? job.retries + 1}`),
    length("Timeout", job.timeout_ms),
    {
      name: "Labels",
      value: labels.length > 0 ? JSON.stringify(labels) : undefined,
      shown: (
        <span class="row">
          {labels.map((label) => (
            <Tag key={label}>{label}</Tag>
          ))}
        </span>
      ),
    },
    {
      name: "Definition",
      value: definition?.id,
      shown: definition && (
        <>
          <code>{definition.id.slice(0, 12)}</code>
          {definition.current && <span class="muted"> the present one</span>}
        </>
      ),
    },
    { name: "Code", value: job.bundle, shown: job.bundle !== undefined && <code>{job.bundle.slice(0, 12)}</code> },
    text("Made by", actorOf(job.made_by)),
    text("Schedule", job.schedule),
    text("App", job.app),
    text("Series", repeat && `${repeat.cron ?? `every ${duration(repeat.every ?? 0)}`} ${repeat.tz ?? ""}`.trim()),
    {
      name: "Step of",
      value: parent && `${parent.job_id} ${parent.step}`,
      shown: parent && <Link href={`/jobs/${parent.job_id}`}>{parent.step}</Link>,
    },
    text("Priority", job.priority),
    code("Fairness key", job.fairness_key),
    code("Cache tag", job.cache),
    {
      name: "Result of",
      value: job.cached_from,
      shown: job.cached_from !== undefined && (
        <Link href={`/jobs/${job.cached_from}`}>
          <code>{job.cached_from}</code>
        </Link>
      ),
    },
    text("Session", job.session?.tag),
    time("Accepted", job.created_at),
  ];
}

/** The facts of two jobs side by side, what differs first. What neither has is left out. */
export function factRows(left: Job, right: Job, now: number): FactRow[] {
  const others = knownOf(right, now);
  const rows = knownOf(left, now).flatMap((one, place): FactRow[] => {
    const other = others[place] as Known;
    if (one.value === undefined && other.value === undefined) return [];
    const differs = one.value !== other.value;
    return [{ name: one.name, differs, left: shownOf(one), right: <Right known={other} than={one} /> }];
  });
  return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
}

const shownOf = ({ value, shown }: Known): ComponentChildren => {
  if (value === undefined) return <Dash />;
  return shown ?? <Plain text={String(value)} />;
};

/** With how much longer it was than at the left. */
function Right({ known, than }: { known: Known; than: Known }) {
  const [now, before] = [known.value, than.value];
  const isLonger = known.isLength && typeof now === "number" && typeof before === "number" && now !== before;
  return (
    <>
      {shownOf(known)}
      {isLonger && <span class="compare-offset num muted">{offset(now - before)}</span>}
    </>
  );
}
