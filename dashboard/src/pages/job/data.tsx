import type { Job, JobRun } from "../../../../sdk/src/index.ts";
import { useCan } from "../../api/me.ts";
import { usePoll } from "../../api/use-poll.ts";
import { inputOf } from "../../job/input-of.ts";
import { Tag } from "../../ui/badge.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Icon } from "../../ui/icons.tsx";
import { JsonTree } from "../../ui/json-tree.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

/** What the job was given, for keys that may see it. */
export function Input({ job, title = "Input" }: { job: Job; title?: string }) {
  const allowed = useCan()("jobs:input", job);
  const { data, error, isPending } = usePoll(allowed ? inputOf(job.job_id) : undefined, { once: true });
  if (!allowed) {
    return (
      <Panel title={title}>
        <p class="panel-body muted">
          Shown to keys with <code>jobs:input</code>.
        </p>
      </Panel>
    );
  }
  if (data === null) return null;
  const redacted = data?.redacted ?? [];
  return (
    <Panel title={title} actions={redacted.length > 0 && <Tag>{redacted.length} redacted</Tag>}>
      {isPending && <Skeleton />}
      <ErrorBanner error={error} />
      {data?.input_url !== undefined && <Download url={data.input_url} what="The input" />}
      {data && data.input_url === undefined && <JsonTree value={data.input} label={title} />}
    </Panel>
  );
}

const Download = ({ url, what }: { url: string; what: string }) => (
  <p class="panel-body">
    {what} is too large to show.{" "}
    <a href={url} target="_blank" rel="noreferrer">
      Download it <Icon name="external" />
    </a>
  </p>
);

type Outcome = Pick<Job, "result" | "result_url" | "status" | "channels">;

export function Result({ job, title = "Result" }: { job: Outcome; title?: string }) {
  if (job.result_url !== undefined) {
    return (
      <Panel title={title}>
        <Download url={job.result_url} what="The result" />
      </Panel>
    );
  }
  if (job.result !== undefined) {
    return (
      <Panel title={title}>
        <JsonTree value={job.result} label={title} />
      </Panel>
    );
  }
  if (job.channels) {
    return (
      <Panel title="Channels" note="what each has reached so far">
        <JsonTree value={job.channels} label="Channels" open={3} />
      </Panel>
    );
  }
  return (
    <Panel title={title}>
      <p class="panel-body muted">{noResult[job.status] ?? "There is none yet."}</p>
    </Panel>
  );
}

/** What code says of itself, ` of charge` where it is not the job of the page: how far a function has come, and what the handler of a feature shows of its state. */
export const Reported = ({ job: { progress, state, finished_at }, of = "" }: { job: Job; of?: string }) => (
  <>
    {progress !== undefined && (
      <Panel title={`Progress${of}`} note={finished_at === undefined ? "as last reported" : undefined}>
        <JsonTree value={progress} label={`Progress${of}`} open={3} />
      </Panel>
    )}
    {state !== undefined && (
      <Panel title={`State${of}`} note="as the handler has set it">
        <JsonTree value={state} label={`State${of}`} open={3} />
      </Panel>
    )}
  </>
);

/** Why the run of a feature in code cannot go on, and where. */
export const ParkedBy = ({ parked }: { parked: NonNullable<Job["parked"]> }) => (
  <Panel title="It cannot go on" note={parked.code} class="job-error">
    <p class="panel-body">{parked.message}</p>
    {parked.advice !== undefined && <p class="panel-body">{parked.advice}</p>}
    {(parked.step !== undefined || parked.at !== undefined) && (
      <p class="panel-body muted">
        {parked.step !== undefined && `Step ${parked.step}. `}
        {parked.at !== undefined && <code>{parked.at}</code>}
      </p>
    )}
  </Panel>
);

const noResult: Record<string, string> = {
  completed: "The job completed without a result.",
  failed: "A job that failed has none.",
  cancelled: "A job that was cancelled has none.",
};

export const RunData = ({ run }: { run: JobRun }) => <Result job={run} title={`Result of run ${run.run}`} />;
