import type { Fault } from "../../../../sdk/src/errors.ts";
import { FieldFrame } from "../../ui/field-frame.tsx";
import type { Draft } from "./draft.ts";
import { faultAt } from "./faults.ts";
import { ShareFields } from "./share-fields.tsx";
import { LocalTime } from "./time-fields.tsx";

interface Props {
  draft: Draft;
  faults: readonly Fault[];
  retries: number | undefined;
  timeoutMs: number | undefined;
  onChange: (changes: Partial<Draft>) => void;
}

/** What has a default and is seldom changed. */
export function OptionFields({ draft, faults, retries, timeoutMs, onChange }: Props) {
  const text = (
    name: string,
    field: "retries" | "timeout" | "labels" | "key" | "priority" | "fairness",
    pointer: string,
    hint: string,
  ) => (
    <FieldFrame name={name} fault={faultAt(faults, pointer, true)} hint={hint}>
      {(ids) => (
        <input
          {...ids}
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={draft[field]}
          onInput={({ currentTarget }) => onChange({ [field]: currentTarget.value })}
        />
      )}
    </FieldFrame>
  );
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
