import { Link } from "wouter";
import type { Job, LimitWait } from "../../../../sdk/src/index.ts";
import { useNow } from "../../api/clock.ts";
import { query } from "../../api/request.ts";
import { durationOf, isFinal, latenessOf, waitingFor } from "../../job/states.ts";
import { Tag } from "../../ui/badge.tsx";
import { count, duration, exactMs } from "../../ui/format.ts";
import { Fact, Facts, Panel } from "../../ui/panel.tsx";
import { Ago, Time } from "../../ui/time.tsx";

/** Planned against actual, to the millisecond, and what else is known of the job. */
export const Summary = ({ job }: { job: Job }) => (
  <Panel title="Planned and actual" class="summary">
    <Moments job={job} />
    <div class="panel-body">
      <Details job={job} />
    </div>
  </Panel>
);

function Moments({ job }: { job: Job }) {
  const now = useNow(job.status === "running" ? 250 : 1_000);
  const late = latenessOf(job);
  const took = durationOf(job, now);
  return (
    <div class="moments">
      <Moment name="Planned" at={job.due_at}>
        {job.started_at === undefined && !isFinal(job) && <Ago at={job.due_at} />}
      </Moment>
      <Gap ms={late} name="late" />
      <Moment name="Started" at={job.started_at}>
        {job.started_at === undefined && <Waiting job={job} />}
      </Moment>
      <Gap ms={took} name={job.status === "running" ? "so far" : "long"} />
      <Moment name={job.status === "cancelled" ? "Cancelled" : "Finished"} at={job.finished_at}>
        {job.finished_at !== undefined && <Ago at={job.finished_at} />}
      </Moment>
    </div>
  );
}

const Waiting = ({ job }: { job: Job }) => {
  const what = waitingFor(job);
  return what === undefined ? null : <span class="muted">waits for {what}</span>;
};

const Moment = ({
  name,
  at,
  children,
}: {
  name: string;
  at: number | undefined;
  children?: preact.ComponentChildren;
}) => (
  <div class={`moment ${at === undefined ? "moment-open" : ""}`}>
    <span class="moment-name">{name}</span>
    <Time at={at} precision="ms" />
    <span class="moment-note">{children}</span>
  </div>
);

const Gap = ({ ms, name }: { ms: number | undefined; name: string }) => (
  <div class="gap" title={ms === undefined ? "" : exactMs(ms)}>
    <span class="num">{ms === undefined ? "" : ms < 100_000 ? exactMs(ms) : duration(ms)}</span>
    <span class="gap-line" aria-hidden="true" />
    <span class="muted">{ms === undefined ? "" : name}</span>
  </div>
);

/** Where a job stands in the line of a limit, and when it starts by the rate. */
const InLine = ({ wait: { limit, position, since, starts_at } }: { wait: LimitWait }) => (
  <Fact name="In line">
    <span>
      {position === undefined ? `of ${limit}` : `Place ${count(position)} of ${limit}`}, since <Time at={since} />
      {starts_at !== undefined && (
        <>
          , starts about <Time at={starts_at} /> <Ago at={starts_at} /> <span class="muted">(estimate)</span>
        </>
      )}
    </span>
  </Fact>
);

function Details({ job }: { job: Job }) {
  const { repeat, parent } = job;
  return (
    <Facts>
      <Fact name="Type">{job.type}</Fact>
      <Fact name="Attempt">
        <span class="num">
          {job.attempt} of {job.retries + 1}
        </span>
      </Fact>
      <Fact name="Timeout">
        <span class="num">{duration(job.timeout_ms)}</span>
      </Fact>
      <Fact name="Accepted">
        <Time at={job.created_at} />
      </Fact>
      {job.app !== undefined && <Fact name="App">{job.app}</Fact>}
      {job.session && <Fact name="Session">{job.session.tag}</Fact>}
      {repeat && (
        <Fact name="Series">
          <code>{repeat.cron ?? `every ${duration(repeat.every ?? 0)}`}</code> {repeat.tz ?? (repeat.cron ? "UTC" : "")}
        </Fact>
      )}
      {job.recurring && (
        <Fact name="Run">
          <span class="num">
            {job.run}
            {repeat?.limit === undefined ? "" : ` of ${repeat.limit}`}
          </span>
        </Fact>
      )}
      {job.next_run_at !== undefined && (
        <Fact name="Next run">
          <Time at={job.next_run_at} /> <Ago at={job.next_run_at} />
        </Fact>
      )}
      {repeat?.end_date !== undefined && (
        <Fact name="Series ends">
          <Time at={repeat.end_date} />
        </Fact>
      )}
      {job.expires_at !== undefined && (
        <Fact name="Expires">
          <Time at={job.expires_at} />
        </Fact>
      )}
      {job.gates && (
        <Fact name="Limits">
          {job.gates.map(({ limit, key }) => (
            <span key={limit} class="row">
              <Link href={`/limits${query({ product: job.product_tag, env: job.env })}`}>{limit}</Link>
              {key !== "" && <code>{key}</code>}
            </span>
          ))}
        </Fact>
      )}
      {job.waiting_for && "pause" in job.waiting_for && (
        <Fact name="Paused">
          <Link href={`/limits${query({ product: job.product_tag, env: job.env })}`}>{job.waiting_for.reason}</Link>
        </Fact>
      )}
      {job.waiting_for && "limit" in job.waiting_for && <InLine wait={job.waiting_for} />}
      {job.cache !== undefined && (
        <Fact name="Cache tag">
          <code>{job.cache}</code>
        </Fact>
      )}
      {job.cached_from !== undefined && (
        <Fact name="Result of">
          <Link href={`/jobs/${job.cached_from}`}>
            <code>{job.cached_from}</code>
          </Link>
        </Fact>
      )}
      {job.reason !== undefined && <Fact name="Reason">{job.reason}</Fact>}
      {parent && (
        <Fact name="Step of">
          <Link href={`/jobs/${parent.job_id}`}>{parent.step}</Link>
        </Fact>
      )}
      {job.labels && job.labels.length > 0 && (
        <Fact name="Labels">
          <span class="row">
            {job.labels.map((label) => (
              <Link key={label} href={`/jobs?label=${encodeURIComponent(label)}`}>
                <Tag>{label}</Tag>
              </Link>
            ))}
          </span>
        </Fact>
      )}
    </Facts>
  );
}
