import { useEffect } from "preact/hooks";
import { useParams } from "wouter";
import { NotFoundError } from "../../../../sdk/src/errors.ts";
import type { Job } from "../../../../sdk/src/index.ts";
import { apiNow } from "../../api/clock.ts";
import { usePoll } from "../../api/use-poll.ts";
import { isSettled } from "../../job/states.ts";
import { JobStatusBadge } from "../../job/status-badge.tsx";
import { Tag } from "../../ui/badge.tsx";
import { CopyText } from "../../ui/copy-button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageSkeleton } from "../../ui/skeleton.tsx";
import { JobZone } from "../../ui/zone-store.ts";
import { useUrlState } from "../../use-url-state.ts";
import { Actions } from "./actions.tsx";
import { Attempts, Failure, SourceLine } from "./attempts.tsx";
import { Input, ParkedBy, Reported, Result } from "./data.tsx";
import { Elsewhere } from "./elsewhere.tsx";
import { Steps } from "./graph.tsx";
import "./job.css";
import "./runs.css";
import { jobOf } from "../../job/job-of.ts";
import { Runs } from "./runs.tsx";
import { sourceLineOf } from "./source-line.ts";
import { Summary } from "./summary.tsx";

/** One job: what was planned, what happened, and what can be done about it. */
export function JobPage() {
  const { id = "" } = useParams<{ id: string }>();
  const {
    data: job,
    error,
    isPending,
  } = usePoll(jobOf(id), {
    isFinal: (found) => isSettled(found, apiNow()),
  });
  useTenantOf(job);
  if (isPending) return <PageSkeleton />;
  if (!job) return error instanceof NotFoundError ? <Gone id={id} /> : <ErrorBanner error={error} />;
  return (
    <JobZone.Provider value={job.repeat?.tz}>
      {error instanceof NotFoundError && <ErrorBanner error={error} />}
      <PageHeader title={job.event} actions={<Actions job={job} />}>
        <span class="job-line">
          <JobStatusBadge job={job} />
          <span>
            {job.product_tag} <span class="job-env">{job.env}</span>
          </span>
          {job.recurring && <Tag>series</Tag>}
          <CopyText text={job.job_id} label="Copy the id" />
        </span>
      </PageHeader>
      <Body key={id} job={job} />
    </JobZone.Provider>
  );
}

const noTenant = { product: "", env: "" };

/** The address names the product and env of the job, so that links from its page stay there, however it was reached. */
function useTenantOf(job: Job | undefined): void {
  const [{ product, env }, change] = useUrlState(noTenant);
  useEffect(() => {
    if (job && (product !== job.product_tag || env !== job.env)) change({ product: job.product_tag, env: job.env });
  }, [job, product, env]);
}

const failureOf = ({ status, error }: Job) => (status === "failed" ? error : undefined);

/** The steps of a run have the whole width, below what is said of the run. Jobs without steps have two columns. */
const Body = ({ job }: { job: Job }) => {
  const attempts = (
    <>
      <Attempts
        job={job}
        title={job.recurring ? `Attempts of run ${job.run}` : "Attempts"}
        saysFailure={failureOf(job) !== undefined}
      />
      {job.recurring && <Runs job={job} />}
    </>
  );
  const given = (
    <>
      <Input job={job} />
      <Elsewhere job={job} />
    </>
  );
  const hasSteps = Object.keys(job.steps ?? {}).length > 0;
  return (
    <div class="job-body">
      <div class="stack">
        <Why error={failureOf(job)} job={job} />
        {job.parked && <ParkedBy parked={job.parked} />}
        <Summary job={job} />
        {!hasSteps && attempts}
      </div>
      <div class="stack job-side">
        <Reported job={job} />
        <Result job={job} />
        {!hasSteps && given}
      </div>
      {hasSteps && (
        <>
          <div class="job-steps">
            <Steps job={job} />
          </div>
          <div class="stack">{attempts}</div>
          <div class="stack job-side">{given}</div>
        </>
      )}
    </div>
  );
};

/** With the line of the team's own source, where there is one and the key may see it. */
function Why({ error, job }: { error: Job["error"]; job: Job }) {
  if (error === undefined) return null;
  const line = sourceLineOf(job.attempts.at(-1)?.thrown?.stack);
  return (
    <section class="panel job-error" aria-label="Why it failed">
      <Failure error={error} />
      {line !== undefined && <SourceLine line={line} />}
    </section>
  );
}

const Gone = ({ id }: { id: string }) => (
  <>
    <PageHeader title="No such job" />
    <EmptyState title="There is no such job">
      <p>
        <code>{id}</code> was deleted, has passed its retention, or is not for this key.
      </p>
      <Link href="/jobs">Go to the jobs</Link>
    </EmptyState>
  </>
);
