import type { Job, LimitWait } from "../../../../sdk/src/index.ts";
import { isFinished } from "../../../../sdk/src/is-finished.ts";
import { ductape } from "../../api/client.ts";
import { useNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { query } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import {
  actorOf,
  awaitedOf,
  changedWords,
  firstStartOf,
  heldOf,
  latenessOf,
  limitsOf,
  waitingFor,
} from "../../job/states.ts";
import { Tag } from "../../ui/badge.tsx";
import { count, duration, exactMs, plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Fact, Facts, Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { versionsBehind } from "./kept-code.ts";
import { KeptDefinition } from "./kept-definition.tsx";

/** Planned against actual, to the millisecond, and what else is known of the job. */
export const Summary = ({ job }: { job: Job }) => (
  <Panel title="Planned and actual" class="summary">
    <Moments job={job} />
    <div class="panel-body">
      <Details job={job} />
    </div>
  </Panel>
);

/** From the plan to the first start and to the end of the last attempt. What a retry is due at is no plan. */
function Moments({ job }: { job: Job }) {
  const now = useNow(job.status === "running" ? 250 : 1_000);
  const started = firstStartOf(job);
  const end = job.finished_at ?? now;
  const isOver = job.finished_at !== undefined;
  return (
    <div class="moments">
      <Moment name="Planned" at={job.scheduled_at}>
        {started === undefined && !isOver && <Ago at={job.scheduled_at} />}
      </Moment>
      <Gap ms={latenessOf(job)} name={latenessName(job)} />
      <Moment name="Started" at={started}>
        {started === undefined ? <Waiting job={job} /> : job.attempt > 1 && <span class="muted">attempt 1</span>}
      </Moment>
      <Gap ms={started === undefined ? undefined : Math.max(0, end - started)} name={isOver ? "long" : "so far"} />
      <Moment name={job.status === "cancelled" ? "Cancelled" : "Finished"} at={job.finished_at}>
        {isOver && <Ago at={job.finished_at} />}
        {!isOver && started !== undefined && <Waiting job={job} />}
      </Moment>
    </div>
  );
}

/** Why it started after its time, as far as that is known. */
function latenessName(job: Job): string {
  const held = heldOf(job, duration);
  if (held) return held.says === undefined ? "late" : `later: ${held.says}, ${duration(held.late_ms)} late`;
  return limitsOf(job).length > 0 ? "later, with waits for limits" : "late";
}

/** What keeps it, and until when if its next attempt has another time than the plan. */
const Waiting = ({ job }: { job: Job }) => {
  const what = waitingFor(job);
  const isLater = job.status === "scheduled" && job.due_at !== job.scheduled_at;
  return what === undefined ? null : (
    <span class="muted">
      waits for {what} {isLater && <Ago at={job.due_at} />}
    </span>
  );
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

/** The key by which requests share a job; an empty one is that of all requests of the event. */
const SharedKey = ({ of: key }: { of: string }) => (key === "" ? <>its event</> : <KeyCode of={key} />);

const KeyCode = ({ of: key }: { of: string }) => (
  <code>
    <Plain text={key} />
  </code>
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

/** How far the undo of a run has come, or what has become of it. */
function Undone({ job: { ending, rolled_back } }: { job: Job }) {
  if (ending) {
    return (
      <span>
        {ending.steps === undefined
          ? "begins"
          : `${count(ending.undone ?? 0)} of ${plural(ending.steps, "step")} undone`}
        , since <Time at={ending.since} />, then {ending.cause}
      </span>
    );
  }
  const { steps = 0, failed = 0 } = rolled_back ?? {};
  return (
    <span>
      {failed === 0 ? `${plural(steps, "step")} undone` : `${count(failed)} of ${plural(steps, "step")} not undone`}
    </span>
  );
}

const runsOfEvent = defineQuery("runs-of-event", (product_tag: string, env: string, event: string) =>
  ductape().jobs.list({ product_tag, env, event, limit: 100 }).page(),
);

/** The code that a run began with and goes on with, and while it does, how many versions came after. */
function KeptCode({ job, bundle }: { job: Job; bundle: string }) {
  const isOver = isFinished(job);
  const { data } = usePoll(isOver ? undefined : runsOfEvent(job.product_tag, job.env, job.event), { once: true });
  const behind = data && versionsBehind(bundle, data.jobs);
  return (
    <span>
      <code title={bundle}>
        <Plain text={bundle.slice(0, 12)} />
      </code>
      {behind !== undefined && behind > 0 && `, ${plural(behind, "version")} behind`}
    </span>
  );
}

function Details({ job }: { job: Job }) {
  const { repeat, parent } = job;
  const madeBy = actorOf(job.made_by);
  return (
    <Facts>
      <Fact name="Type">{job.type}</Fact>
      <Fact name="Attempt">
        <span class="num">
          {job.attempt} of {job.most_attempts ?? job.retries + 1}
        </span>
      </Fact>
      <Fact name="Timeout">
        <span class="num">{duration(job.timeout_ms)}</span>
      </Fact>
      {(job.ending || job.rolled_back) && (
        <Fact name="Undo">
          <Undone job={job} />
        </Fact>
      )}
      {job.bundle !== undefined && (
        <Fact name="Code">
          <KeptCode job={job} bundle={job.bundle} />
        </Fact>
      )}
      {job.definition && (
        <Fact name="Definition">
          <KeptDefinition definition={job.definition} job={job} />
        </Fact>
      )}
      <Fact name="Accepted">
        <Time at={job.created_at} />
      </Fact>
      {madeBy !== undefined && (
        <Fact name="Made by">
          <Plain text={madeBy} />
        </Fact>
      )}
      {job.by && (
        <Fact name="Changed">
          <span>
            {changedWords[job.by.change]} by <Plain text={actorOf(job.by) ?? ""} />, <Time at={job.by.at} />
            {job.by.operation_id !== undefined && (
              <>
                {", "}
                <Link href={`/operations/${job.by.operation_id}`}>by an operation</Link>
              </>
            )}
          </span>
        </Fact>
      )}
      {job.trace_id !== undefined && (
        <Fact name="Trace">
          <code>{job.trace_id}</code>
        </Fact>
      )}
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
      {job.debounce && (
        <Fact name="Debounced">
          <SharedKey of={job.debounce.key} /> stands for {plural(job.debounce.requests, "request")}
          {!isFinished(job) && job.first_started_at === undefined && (
            <>
              , starts by <Time at={job.debounce.until} />
            </>
          )}
        </Fact>
      )}
      {job.unique && (
        <Fact name="Unique">
          the only open job of <SharedKey of={job.unique.key} />
        </Fact>
      )}
      {job.gates && (
        <Fact name="Limits">
          {job.gates.map(({ limit, key }) => (
            <span key={limit} class="row">
              <Link href={`/limits${query({ product: job.product_tag, env: job.env })}`}>{limit}</Link>
              {key !== "" && <KeyCode of={key} />}
            </span>
          ))}
        </Fact>
      )}
      {job.waiting_for && "pause" in job.waiting_for && (
        <Fact name="Paused">
          <Link href={`/limits${query({ product: job.product_tag, env: job.env })}`}>
            <Plain text={job.waiting_for.reason} />
          </Link>
        </Fact>
      )}
      {job.waiting_for && "limit" in job.waiting_for && <InLine wait={job.waiting_for} />}
      {job.waits?.map((wait) => (
        <Fact key={wait.step} name="Waits for">
          <span>
            <Plain text={awaitedOf(wait)} />, until <Time at={wait.until} /> <Ago at={wait.until} />
          </span>
        </Fact>
      ))}
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
      {job.reason !== undefined && (
        <Fact name="Reason">
          <Plain text={job.reason} />
        </Fact>
      )}
      {parent && (
        <Fact name="Step of">
          <Link href={`/jobs/${parent.job_id}`}>{parent.step}</Link>
          {parent.undo && <span class="muted">, which it undoes</span>}
        </Fact>
      )}
      {job.labels && job.labels.length > 0 && (
        <Fact name="Labels">
          <span class="row">
            {job.labels.map((label) => (
              <Link key={label} href={`/jobs${query({ label, product: job.product_tag, env: job.env })}`}>
                <Tag>{label}</Tag>
              </Link>
            ))}
          </span>
        </Fact>
      )}
    </Facts>
  );
}
