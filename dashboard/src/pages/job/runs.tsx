import { useState } from "preact/hooks";
import type { Job, JobRun } from "../../../../sdk/src/index.ts";
import { isFinished } from "../../../../sdk/src/is-finished.ts";
import { apiNow } from "../../api/clock.ts";
import { usePoll } from "../../api/use-poll.ts";
import { areOf, runsOf } from "../../job/runs-of.ts";
import { durationOf, isSettled, latenessOf, limitsOf } from "../../job/states.ts";
import { StatusBadge } from "../../ui/badge.tsx";
import { duration, plural } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Duration, Lateness, Time } from "../../ui/time.tsx";
import { Attempts } from "./attempts.tsx";
import { RunData } from "./data.tsx";
import { barHeights } from "./run-bars.ts";

/** The latest runs of a series as bars: their height is how long they took. One is chosen to see its attempts and result. */
export function Runs({ job }: { job: Job }) {
  const { data } = usePoll(runsOf(job.job_id), {
    isFinal: ({ runs }) => isSettled(job, apiNow()) && areOf(runs, job),
    slow: true,
  });
  const [chosen, choose] = useState<number>();
  const runs = (data?.runs ?? []).filter(
    ({ started_at, status }) => started_at !== undefined || isFinished({ status }),
  );
  if (runs.length === 0) return null;
  const run = runs.find((one) => one.run === chosen);
  return (
    <>
      <Panel title="Runs" note={`the latest ${plural(runs.length, "run")}`}>
        <div class="panel-body run-panel">
          <Bars runs={runs} chosen={chosen} choose={(one) => choose(one === chosen ? undefined : one)} />
          {run ? (
            <RunLine run={run} job={job} />
          ) : (
            <p class="muted">Choose a run to see its attempts and its result.</p>
          )}
        </div>
      </Panel>
      {run && <Attempts job={attemptsOf(run, job)} title={`Attempts of run ${run.run}`} />}
      {run && <RunData run={run} />}
    </>
  );
}

const attemptsOf = (run: JobRun, { retries, attempt, gates }: Job) => ({
  ...run,
  retries,
  ...(gates && { gates }),
  attempt: run.attempts.length || attempt,
});

interface BarsProps {
  runs: JobRun[];
  chosen: number | undefined;
  choose: (run: number) => void;
}

function Bars({ runs, chosen, choose }: BarsProps) {
  const inOrder = [...runs].reverse();
  const heights = barHeights(inOrder.map((run) => durationOf(run, apiNow())));
  return (
    <fieldset class="run-bars">
      <legend class="sr-only">Runs, the latest last</legend>
      {inOrder.map((run, i) => {
        const took = durationOf(run, apiNow());
        const text = `Run ${run.run}: ${run.status}${took === undefined ? "" : `, took ${duration(took)}`}`;
        return (
          <button
            key={run.run}
            type="button"
            class={`run-bar status-${run.status}`}
            aria-pressed={run.run === chosen}
            aria-label={text}
            title={text}
            onClick={() => choose(run.run)}
          >
            <span style={{ height: `${heights[i]}%` }} />
          </button>
        );
      })}
    </fieldset>
  );
}

const RunLine = ({ run, job }: { run: JobRun; job: Job }) => (
  <p class="run-line">
    <strong class="num">#{run.run}</strong>
    <StatusBadge status={run.status} />
    <span>
      <span class="muted">planned</span>{" "}
      <Time at={run.scheduled_at} precision="ms" {...(job.repeat?.tz !== undefined && { jobZone: job.repeat.tz })} />
    </span>
    <Lateness ms={latenessOf(run)} limits={limitsOf(job)} />
    <span>
      <span class="muted">took</span> <Duration ms={durationOf(run, apiNow())} />
    </span>
    {run.reason !== undefined && (
      <span class="muted">
        <Plain text={run.reason} />
      </span>
    )}
  </p>
);
