import { type DraftProps, draftText } from "./draft-text.tsx";
import { faultAt } from "./faults.ts";
import { ShareFields } from "./share-fields.tsx";
import { LocalTime } from "./time-fields.tsx";

interface Props extends DraftProps {
  retries: number | undefined;
  timeoutMs: number | undefined;
}

/** What has a default and is seldom changed. */
export function OptionFields({ draft, faults, retries, timeoutMs, onChange }: Props) {
  const text = draftText({ draft, faults, onChange });
  const once = draft.when === "now" || draft.when === "at";
  return (
    <>
      <div class="field-pair">
        {text("Retries", "retries", "/retries", retries === undefined ? "" : `Empty: ${retries}`)}
        {text(
          "Timeout in seconds",
          "timeout",
          "/timeout_ms",
          timeoutMs === undefined ? "" : `Empty: ${timeoutMs / 1000}`,
        )}
      </div>
      <div class="field-pair">
        {text("Labels", "labels", "/labels", "Up to 10, separated by commas, to find the job by")}
        {text("Idempotency key", "key", "/idempotency_key", "The same key again makes no second job")}
      </div>
      <div class="field-pair">
        {text("Priority", "priority", "/priority", "Seconds of head start where it waits for a limit")}
        {text("Fairness key", "fairness", "/fairness_key", "Jobs with different keys take turns")}
      </div>
      <div class="field-pair">
        {text("Cache tag", "cache", "/cache", "The same input is answered with the result that is remembered under it")}
      </div>
      <div class="field-pair">
        {text("Session", "sessionTag", "/session/tag", "Where texts have $Session: whose token it is")}
        {text("Session token", "sessionToken", "/session/token", "A JWT. It is checked, and not kept")}
      </div>
      <ShareFields draft={draft} faults={faults} onChange={onChange} />
      {once && (
        <LocalTime
          label="Expires"
          value={draft.expires}
          fault={faultAt(faults, "/expires_at")}
          hint={`No attempt starts after this time, in ${draft.zone}`}
          onInput={(expires) => onChange({ expires })}
        />
      )}
    </>
  );
}
