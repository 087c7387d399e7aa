import { useEffect } from "preact/hooks";
import type { JobSummary } from "../../../../sdk/src/answers.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { areMany } from "../../api/many.ts";
import { useProducts } from "../../api/products.ts";
import { usePoll } from "../../api/use-poll.ts";
import { StatusBadge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { type Tenant, useTenant } from "../../ui/tenant-picker.tsx";
import { Ago, Time } from "../../ui/time.tsx";

const shown = 8;
const watchMs = 1_000;

const dueNext = defineQuery("due-next", async (of: Partial<Tenant>) => {
  const { jobs } = await ductape()
    .jobs.list({ ...of, status: ["scheduled", "queued", "running"], order: "asc", limit: shown })
    .page();
  return jobs;
});
const endedLast = defineQuery("ended-last", async (of: Partial<Tenant>) => {
  const { jobs } = await ductape()
    .jobs.list({ ...of, status: ["completed", "failed", "cancelled"], limit: shown })
    .page();
  return jobs;
});

/** What is due next and what ended last, by the system's clock: what one watches while it moves. */
export function DueAndDone({ moving, onMoveTo }: { moving: boolean; onMoveTo: (at: number) => void }) {
  const products = useProducts();
  const tenant = useTenant();
  const of = products && (areMany(products) ? tenant : {});
  const due = usePoll(of && dueNext(of), { isFinal: () => false });
  const done = usePoll(of && endedLast(of), { isFinal: () => false });
  const { refetch: askDue } = due;
  const { refetch: askDone } = done;
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => {
      void askDue({ cancelRefetch: false });
      void askDone({ cancelRefetch: false });
    }, watchMs);
    return () => clearInterval(timer);
  }, [moving, askDue, askDone]);
  const first = due.data?.find(({ due_at }) => due_at > apiNow());
  return (
    <div class="stack">
      <Panel
        title="Due next"
        actions={
          first && (
            <Button icon="skip" disabled={moving} onClick={() => onMoveTo(first.due_at)}>
              Move to the first
            </Button>
          )
        }
      >
        <Jobs jobs={due.data} at={({ due_at }) => due_at} empty="Nothing is due" />
      </Panel>
      <Panel title="Ended last">
        <Jobs jobs={done.data} at={({ finished_at }) => finished_at} empty="Nothing has ended yet" />
      </Panel>
    </div>
  );
}

interface JobsProps {
  jobs: JobSummary[] | undefined;
  at: (job: JobSummary) => number | undefined;
  empty: string;
}

const Jobs = ({ jobs, at, empty }: JobsProps) =>
  jobs?.length === 0 ? (
    <EmptyState title={empty} />
  ) : (
    <ul class="clock-jobs">
      {jobs?.map((job) => (
        <li key={job.job_id}>
          <StatusBadge status={job.status} />
          <Link href={`/jobs/${job.job_id}`}>{job.event}</Link>
          <span class="clock-job-time">
            <Time at={at(job)} /> <Ago at={at(job)} />
          </span>
        </li>
      ))}
    </ul>
  );
