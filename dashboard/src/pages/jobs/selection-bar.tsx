import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { JobSummary } from "../../../../sdk/src/index.ts";
import { useCan } from "../../api/me.ts";
import { useRefresh } from "../../api/use-poll.ts";
import { type JobAction, jobActions } from "../../job/actions.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { toast } from "../../ui/toast-store.ts";
import { changeSelected, type Outcome } from "./change-selected.ts";
import type { Selection } from "./use-selection.ts";

interface Props {
  selection: Selection;
  byId: ReadonlyMap<string, JobSummary>;
  /** What else can be done, where more jobs match than are loaded. */
  children?: ComponentChildren;
}

/** What can be done with the ticked jobs, each with how many of them allow it. */
export function SelectionBar({ selection, byId, children }: Props) {
  const can = useCan();
  const [asked, ask] = useState<JobAction>();
  const jobs = [...selection.ids].flatMap((id) => byId.get(id) ?? []);
  if (jobs.length === 0) return null;
  const comparison = comparisonOf(jobs);
  const changeable = (action: JobAction) => jobs.filter((job) => action.allowed(job) && can("jobs:write", job));
  return (
    <section class="selection-bar" aria-label="Selected jobs">
      <strong>{plural(jobs.length, "job")} selected</strong>
      {jobActions
        .filter(({ id }) => id !== "skip-next")
        .map((action) => {
          const size = changeable(action).length;
          if (size === 0) return null;
          return (
            <Button key={action.id} tone={action.danger ? "danger" : "plain"} onClick={() => ask(action)}>
              {action.label}
              {size < jobs.length && <span class="num muted">{size}</span>}
            </Button>
          );
        })}
      {comparison && (
        <Link class="button button-plain" href={comparison}>
          Compare
        </Link>
      )}
      {children}
      <Button tone="quiet" icon="close" aria-label="Clear the selection" onClick={() => selection.set([])} />
      {asked && (
        <ConfirmSelected
          action={asked}
          jobs={changeable(asked)}
          onClose={() => ask(undefined)}
          onDone={() => selection.set([])}
        />
      )}
    </section>
  );
}

/** Where two jobs are compared, the earlier one at the left. */
function comparisonOf(jobs: readonly JobSummary[]): string | undefined {
  const [left, right, third] = jobs.toSorted((one, other) => one.scheduled_at - other.scheduled_at);
  return left && right && !third ? `/compare?left=${left.job_id}&right=${right.job_id}` : undefined;
}

interface ConfirmProps {
  action: JobAction;
  jobs: JobSummary[];
  onClose: () => void;
  onDone: () => void;
}

function ConfirmSelected({ action, jobs, onClose, onDone }: ConfirmProps) {
  // The jobs that were asked about, though their status may change while the question is open.
  const [chosen] = useState(() => jobs.map(({ job_id }) => job_id));
  const [done, setDone] = useState<number>();
  const [outcome, setOutcome] = useState<Outcome>();
  const refresh = useRefresh();
  const run = async () => {
    setDone(0);
    const result = await changeSelected(action.id, chosen, setDone);
    toast(`${action.done}: ${plural(result.succeeded, "job")}`, result.failures.length > 0 ? "bad" : "ok");
    await refresh();
    if (result.failures.length > 0) return setOutcome(result);
    onDone();
    onClose();
  };
  const first = jobs[0];
  return (
    <Confirm
      title={`${action.label} ${plural(chosen.length, "job")}?`}
      of={jobs}
      confirm={`${action.label} ${plural(chosen.length, "job")}`}
      danger={action.danger ?? false}
      busy={done !== undefined && outcome === undefined}
      disabled={outcome !== undefined}
      onConfirm={() => void run()}
      onClose={onClose}
    >
      {first && <p>{chosen.length === 1 ? action.says(first) : severally(action)}</p>}
      {done !== undefined && <progress max={chosen.length} value={done} aria-label="Progress" />}
      {outcome && <Failures outcome={outcome} />}
    </Confirm>
  );
}

const severally = ({ danger }: JobAction) =>
  `Each job is changed by itself${danger ? ", and this cannot be undone" : ""}. One that refuses does not stop the others.`;

const Failures = ({ outcome }: { outcome: Outcome }) => (
  <div class="banner banner-bad" role="alert">
    <p>{plural(outcome.failures.length, "job was", "jobs were")} not changed:</p>
    <ul class="faults">
      {outcome.failures.slice(0, 5).map(({ job_id, message }) => (
        <li key={job_id}>
          <code>{job_id}</code> {message}
        </li>
      ))}
    </ul>
  </div>
);
