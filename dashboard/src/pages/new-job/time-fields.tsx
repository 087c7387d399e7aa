import type { Fault } from "../../../../sdk/src/errors.ts";
import { apiNow } from "../../api/clock.ts";
import { Button } from "../../ui/button.tsx";
import { CronWords } from "../../ui/cron-words.tsx";
import { Segments, Select, TextField } from "../../ui/field.tsx";
import { FieldFrame } from "../../ui/field-frame.tsx";
import { isZone } from "../../ui/zoned-time.ts";
import { type Draft, inAnHour, units, type When } from "./draft.ts";
import { faultAt } from "./faults.ts";

interface Props {
  draft: Draft;
  faults: readonly Fault[];
  onChange: (changes: Partial<Draft>) => void;
}

const ways: readonly (readonly [When, string])[] = [
  ["now", "Now"],
  ["at", "At a time"],
  ["cron", "Cron"],
  ["every", "Every"],
];

export function TimeFields({ draft, faults, onChange }: Props) {
  const choose = (when: string) => {
    const empty = when === "at" && draft.at === "";
    onChange({ when: when as When, ...(empty && { at: inAnHour(apiNow(), draft.zone) }) });
  };
  const { when } = draft;
  return (
    <div class="time-fields">
      <Segments label="When it runs" value={when} options={ways} onChange={choose} />
      {when === "now" && <p class="field-note">It starts as soon as a consumer is free.</p>}
      {when === "at" && (
        <div class="field-pair">
          <LocalTime
            label="Start"
            value={draft.at}
            fault={faultAt(faults, "/start_at")}
            onInput={(at) => onChange({ at })}
          />
          <ZoneField zone={draft.zone} fault={undefined} onInput={(zone) => onChange({ zone })} />
        </div>
      )}
      {when === "cron" && <CronFields draft={draft} faults={faults} onChange={onChange} />}
      {when === "every" && <EveryFields draft={draft} faults={faults} onChange={onChange} />}
      {(when === "cron" || when === "every") && <SeriesFields draft={draft} faults={faults} onChange={onChange} />}
    </div>
  );
}

export const LocalTime = (props: {
  label: string;
  value: string;
  fault: string | undefined;
  hint?: string;
  onInput: (value: string) => void;
}) => (
  <FieldFrame name={props.label} fault={props.fault} hint={props.hint}>
    {(ids) => (
      <input
        {...ids}
        type="datetime-local"
        step={1}
        value={props.value}
        onInput={({ currentTarget }) => props.onInput(currentTarget.value)}
      />
    )}
  </FieldFrame>
);

const zones = () => ["UTC", ...Intl.supportedValuesOf("timeZone")];

function ZoneField(props: { zone: string; fault: string | undefined; onInput: (zone: string) => void }) {
  const wrong = props.fault ?? (isZone(props.zone) ? undefined : "is no time zone, such as Europe/Berlin");
  return (
    <FieldFrame name="Time zone" fault={wrong}>
      {(ids) => (
        <>
          <input
            {...ids}
            type="text"
            list="time-zones"
            autocomplete="off"
            spellcheck={false}
            value={props.zone}
            onInput={({ currentTarget }) => props.onInput(currentTarget.value)}
          />
          <datalist id="time-zones">
            {zones().map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </FieldFrame>
  );
}

const CronFields = ({ draft, faults, onChange }: Props) => (
  <>
    <div class="field-pair">
      <FieldFrame name="Cron expression" fault={faultAt(faults, "/repeat/cron") ?? faultAt(faults, "/repeat")}>
        {(ids) => (
          <input
            {...ids}
            type="text"
            class="mono"
            autocomplete="off"
            spellcheck={false}
            value={draft.cron}
            onInput={({ currentTarget }) => onChange({ cron: currentTarget.value })}
          />
        )}
      </FieldFrame>
      <ZoneField zone={draft.zone} fault={faultAt(faults, "/repeat/tz")} onInput={(zone) => onChange({ zone })} />
    </div>
    <p class="cron-said">
      <CronWords cron={draft.cron} />
    </p>
  </>
);

const EveryFields = ({ draft, faults, onChange }: Props) => (
  <div class="field-pair">
    <FieldFrame name="Every" fault={faultAt(faults, "/repeat/every") ?? faultAt(faults, "/repeat")}>
      {(ids) => (
        <input
          {...ids}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          value={draft.every}
          onInput={({ currentTarget }) => onChange({ every: currentTarget.value })}
        />
      )}
    </FieldFrame>
    <Select
      label="Unit"
      value={draft.unit}
      options={Object.keys(units)}
      onChange={(unit) => onChange({ unit: unit as Draft["unit"] })}
    />
  </div>
);

const SeriesFields = ({ draft, faults, onChange }: Props) => (
  <>
    <div class="field-pair">
      <LocalTime
        label="First start"
        value={draft.at}
        fault={faultAt(faults, "/start_at")}
        hint={draft.when === "cron" ? "Empty: the next time that fits" : "Empty: now"}
        onInput={(at) => onChange({ at })}
      />
      <LocalTime
        label="Last start"
        value={draft.until}
        fault={faultAt(faults, "/repeat/end_date")}
        hint="Empty: it goes on"
        onInput={(until) => onChange({ until })}
      />
    </div>
    <div class="field-pair">
      <TextField
        label="Runs at most"
        value={draft.limit}
        note={faultAt(faults, "/repeat/limit") ?? "Empty: no limit"}
        onInput={(limit) => onChange({ limit })}
      />
      <Select
        label="If a run is not over when the next is due"
        value={draft.overlap}
        options={[
          ["skip", "Skip the next"],
          ["queue", "Run one right after"],
          ["cancel_previous", "Cancel the run for the next"],
        ]}
        onChange={(overlap) => onChange({ overlap: overlap as Draft["overlap"] })}
      />
    </div>
    <Beside draft={draft} onChange={onChange} />
  </>
);

/** What a series that is made again has beside the fields. A change of these may not go with it, so it can be left out. */
const Beside = ({ draft: { beside }, onChange }: Pick<Props, "draft" | "onChange">) =>
  Object.keys(beside).length === 0 ? null : (
    <p class="field-note">
      As the series has it: <code>{JSON.stringify(beside)}</code>{" "}
      <Button tone="quiet" onClick={() => onChange({ beside: {} })}>
        Leave it out
      </Button>
    </p>
  );
