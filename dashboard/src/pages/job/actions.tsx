import { useState } from "preact/hooks";
import type { Job } from "../../../../sdk/src/index.ts";
import { apiUrl } from "../../api/base.ts";
import { useCan } from "../../api/me.ts";
import { runAction } from "../../api/run-action.ts";
import { useChange } from "../../api/use-change.ts";
import { actionsFor, type JobAction } from "../../job/actions.ts";
import { actionAsCode } from "../../job/as-code.ts";
import { Button } from "../../ui/button.tsx";
import { CodeTabs } from "../../ui/code-block.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Link, useNavigate } from "../../ui/link.tsx";
import { RescheduleButton } from "./reschedule.tsx";

/** Every change that the job's status and the key allow. */
export function Actions({ job }: { job: Job }) {
  const can = useCan();
  const [asked, ask] = useState<JobAction>();
  const compare = (
    <Link class="button button-plain" href={`/compare?right=${job.job_id}`} title="With the latest that completed">
      Compare
    </Link>
  );
  if (!can("jobs:write", job)) return compare;
  const actions = actionsFor(job);
  return (
    <>
      {actions
        .filter(({ danger }) => !danger)
        .map((action) => (
          <Button key={action.id} onClick={() => ask(action)}>
            {action.label}
          </Button>
        ))}
      {(job.status === "scheduled" || job.status === "queued" || job.status === "paused") && (
        <RescheduleButton job={job} />
      )}
      <Link class="button button-plain" href={`/new?from=${job.job_id}`}>
        Again
      </Link>
      {compare}
      {actions
        .filter(({ danger }) => danger)
        .map((action) => (
          <Button key={action.id} tone="danger" onClick={() => ask(action)}>
            {action.label}
          </Button>
        ))}
      {asked && <ConfirmAction action={asked} job={job} onClose={() => ask(undefined)} />}
    </>
  );
}

function ConfirmAction({ action, job, onClose }: { action: JobAction; job: Job; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const navigate = useNavigate();
  // A person who cancels a run that undoes its steps has seen that it does.
  const cancelling = (text: string) => ({ ...(text && { reason: text }), ...(job.ending && { force: true }) });
  const change = useChange(
    (text: string) => runAction(action.id, job.job_id, cancelling(text)),
    () => `${action.done}: ${job.event}`,
    action.id === "delete" ? () => navigate("/jobs") : undefined,
  );
  const run = async () => {
    if (await change.run(reason)) onClose();
  };
  return (
    <Confirm
      title={`${action.label}: ${job.event}`}
      of={job}
      confirm={`${action.label} this job`}
      danger={action.danger ?? false}
      busy={change.busy}
      error={change.error}
      onConfirm={() => void run()}
      onClose={onClose}
    >
      <p>{action.says(job)}</p>
      {action.id === "cancel" && (
        <TextField
          label="Reason, shown with the job"
          value={reason}
          placeholder="cancelled by request"
          onInput={(text) => setReason(text.slice(0, 200))}
        />
      )}
      <CodeTabs label="The same in code" codes={actionAsCode(action.id, job.job_id, apiUrl(), cancelling(reason))} />
    </Confirm>
  );
}
