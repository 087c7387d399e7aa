import { useState } from "preact/hooks";
import type { Job, Rescheduling } from "../../../../sdk/src/index.ts";
import { apiUrl } from "../../api/base.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { useChange } from "../../api/use-change.ts";
import { rescheduleAsCode } from "../../job/as-code.ts";
import { Button } from "../../ui/button.tsx";
import { CodeTabs } from "../../ui/code-block.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Time } from "../../ui/time.tsx";
import { useZone } from "../../ui/zone-store.ts";
import { localOf, zonedIso } from "../../ui/zoned-time.ts";
import { reschedulingOf, seriesFieldsOf } from "./rescheduling.ts";

export function RescheduleButton({ job }: { job: Job }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Reschedule</Button>
      {isOpen && <Reschedule job={job} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Another time for a job that has not started, or another series. */
function Reschedule({ job, onClose }: { job: Job; onClose: () => void }) {
  const zone = useZone();
  const [at, setAt] = useState(() => localOf(Math.max(job.due_at, apiNow()), zone));
  const [series, setSeries] = useState(() => seriesFieldsOf(job.repeat));
  const to: Rescheduling | undefined = reschedulingOf(zonedIso(at, zone) ?? "", job.repeat, series);
  const change = useChange(
    (wanted: Rescheduling) => ductape().jobs.reschedule(job.job_id, wanted),
    () => `Rescheduled: ${job.event}`,
  );
  return (
    <Confirm
      title={`Reschedule: ${job.event}`}
      of={job}
      confirm={job.recurring ? "Start the new series" : "Move the job"}
      busy={change.busy}
      disabled={to === undefined}
      error={change.error}
      onConfirm={() => {
        if (to) void change.run(to).then((worked) => worked && onClose());
      }}
      onClose={onClose}
    >
      <label class="field">
        <span>
          {job.recurring ? "First run" : "Start"}, in {zone}
        </span>
        <input type="datetime-local" step="1" value={at} onInput={(event) => setAt(event.currentTarget.value)} />
        <span class="field-note">
          {to?.start_at === undefined ? "Choose a time." : <Time at={Number(to.start_at)} />}
        </span>
      </label>
      {job.recurring && (
        <>
          <TextField
            label={job.repeat?.cron === undefined ? "Every, in ms" : "Cron"}
            value={series.rule}
            onInput={(rule) => setSeries({ ...series, rule })}
          />
          {job.repeat?.cron !== undefined && (
            <TextField
              label="Time zone of the cron"
              placeholder="UTC"
              value={series.tz}
              onInput={(tz) => setSeries({ ...series, tz })}
            />
          )}
        </>
      )}
      {to && <CodeTabs label="The same in code" codes={rescheduleAsCode(job.job_id, to, apiUrl())} />}
    </Confirm>
  );
}
