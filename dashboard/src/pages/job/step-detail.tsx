import { NotFoundError } from "../../../../sdk/src/errors.ts";
import type { Job } from "../../../../sdk/src/index.ts";
import { apiNow } from "../../api/clock.ts";
import { useCan } from "../../api/me.ts";
import { usePoll } from "../../api/use-poll.ts";
import { jobOf } from "../../job/job-of.ts";
import { isSettled } from "../../job/states.ts";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { JsonTree } from "../../ui/json-tree.tsx";
import { Link } from "../../ui/link.tsx";
import { Fact, Facts, Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Ago, Duration, Time } from "../../ui/time.tsx";
import { visible } from "../../ui/visible.ts";
import { Attempts, Failure, Thrown } from "./attempts.tsx";
import { countsText } from "./counts.ts";
import { Input, Reported, Result } from "./data.tsx";
import { queuedOf, type Row, tookOf } from "./waterfall-rows.ts";

/** What is known of one step: its times, what it waits for, why it failed, and its job. */
export function StepDetail({ row, job, kind }: { row: Row; job: Job; kind: string }) {
  const { state, until, isOpen } = row;
  return (
    <>
      <p class="wf-full">
        <Plain text={row.name} />
      </p>
      <Facts>
        <Fact name="Kind">{kind}</Fact>
        {state.created_at !== undefined && (
          <Fact name="Begun">
            <Time at={state.created_at} precision="ms" />
          </Fact>
        )}
        <Fact name="Started">
          <Time at={state.started_at} precision="ms" />
        </Fact>
        <Fact name="Ended">
          <Time at={state.finished_at} precision="ms" />
        </Fact>
        {queuedOf(row) !== undefined && (
          <Fact name="Before it ran">
            <Duration ms={queuedOf(row)} />
          </Fact>
        )}
        {tookOf(row) !== undefined && (
          <Fact name={until === undefined ? "Took" : "Waited"}>
            <Duration ms={tookOf(row)} />
          </Fact>
        )}
        {until !== undefined && (
          <Fact name={isOpen ? "Waits until" : "Until"}>
            <Time at={until} /> {isOpen && <Ago at={until} />}
          </Fact>
        )}
        {state.for_each && <Fact name="Items">{countsText(state.for_each)}</Fact>}
      </Facts>
      <Waited state={state} isOpen={isOpen} />
      {state.error && <Failure error={state.error} />}
      {state.thrown && <Thrown thrown={state.thrown} />}
      {state.returned !== undefined && (
        <Panel title={`Returned by ${visible(row.name)}`}>
          <JsonTree value={state.returned} label={`Returned by ${visible(row.name)}`} />
        </Panel>
      )}
      {row.kind === "own" && state.job_id === undefined && row.from !== undefined && <OwnCode job={job} row={row} />}
      {state.job_id !== undefined && <JobOfStep id={state.job_id} of={` of ${visible(row.name)}`} />}
    </>
  );
}

/** What a step waits for, and what has ended it. */
function Waited({
  state: { waits_for, received, approval, timed_out },
  isOpen,
}: {
  state: Row["state"];
  isOpen: boolean;
}) {
  const decision = approval?.decision;
  return (
    <>
      {waits_for && (
        <p>
          {isOpen ? "Waits" : "Waited"} for{" "}
          {waits_for.map(({ signal, key }, place) => (
            <span key={`${signal} ${key}`}>
              {place > 0 && " or "}
              <code>
                <Plain text={signal} />
              </code>
              {key !== undefined && (
                <>
                  {" "}
                  with the key{" "}
                  <code>
                    <Plain text={key} />
                  </code>
                </>
              )}
            </span>
          ))}
          .
        </p>
      )}
      {received && (
        <p>
          Ended by{" "}
          <code>
            <Plain text={received.signal} />
          </code>
          , accepted <Time at={received.at} precision="ms" />.
        </p>
      )}
      {approval && (
        <p>
          Asks <Plain text={approval.asked.join(" or ")} />:{" "}
          {isOpen ? <Link href="/approvals">{approval.title}</Link> : <Plain text={approval.title} />}
        </p>
      )}
      {decision && (
        <p>
          Decided:{" "}
          <strong>
            <Plain text={decision.choice} />
          </strong>
          {decision.by !== undefined && (
            <>
              {" by "}
              <Plain text={decision.by} />
            </>
          )}
          , <Time at={decision.at} />
          {decision.note !== undefined && (
            <>
              {": "}
              <Plain text={decision.note} />
            </>
          )}
        </p>
      )}
      {timed_out && <p>Nothing came in time.</p>}
    </>
  );
}

/** Own code that runs within a decision has no job, and its lines are in the log of the product's function only. */
function OwnCode({ job, row }: { job: Job; row: Row }) {
  const can = useCan();
  const hides = row.status === "failed" && row.state.thrown === undefined && !can("jobs:input", job);
  return (
    <p class="muted">
      {hides && (
        <>
          What it threw is shown to keys with <code>jobs:input</code>.{" "}
        </>
      )}
      Its lines of <code>ctx.log</code> are in the log of the function of {job.product_tag}, with the{" "}
      <code>job_id</code> of this run.
    </p>
  );
}

/** The job of a step as its page shows it. It is asked for once the step is opened. The page has parts of the same names. */
function JobOfStep({ id, of }: { id: string; of: string }) {
  const { data: job, error } = usePoll(jobOf(id), { isFinal: (found) => isSettled(found, apiNow()), slow: true });
  const link = (
    <p>
      <Link href={`/jobs/${id}`}>Open the page of its job</Link>
    </p>
  );
  if (error instanceof NotFoundError) return <p class="muted">Its job was deleted, or is not for this key.</p>;
  if (!job) return error ? <ErrorBanner error={error} /> : <Skeleton lines={3} />;
  return (
    <>
      {link}
      <Attempts job={job} title={`Attempts${of}`} saysFailure={job.status === "failed"} />
      <Reported job={job} of={of} />
      {(job.result !== undefined || job.result_url !== undefined) && <Result job={job} title={`Result${of}`} />}
      <Input job={job} title={`Input${of}`} />
    </>
  );
}
