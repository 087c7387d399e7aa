import { useState } from "preact/hooks";
import type { Limit, LimitPin } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { useChange } from "../../api/use-change.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { type PinDraft, pinDraftOf, pinOf } from "./pin-draft.ts";

/** Asks for numbers that hold instead of the catalog's for some hours. */
export function PinDialog({ limit, onClose }: { limit: Limit; onClose: () => void }) {
  const [draft, setDraft] = useState(() => pinDraftOf(limit));
  const pin = pinOf(draft, apiNow());
  const change = useChange(
    (wanted: LimitPin) => ductape().limits.pin(limit, wanted),
    () => `${limit.name} is pinned`,
  );
  const field = (label: string, name: keyof PinDraft, note?: string) => (
    <TextField
      label={label}
      value={draft[name]}
      note={note}
      onInput={(text) => setDraft((now) => ({ ...now, [name]: text }))}
    />
  );
  return (
    <Confirm
      title={`Pin other numbers: ${limit.name}`}
      of={limit}
      confirm="Pin"
      busy={change.busy}
      disabled={pin === undefined}
      error={change.error}
      onConfirm={() => {
        if (pin) void change.run(pin).then((worked) => worked && onClose());
      }}
      onClose={onClose}
    >
      <p class="muted">
        They hold for every key within five seconds, for jobs in line within a minute, and end by themselves. A lower
        number lets what runs end first.
      </p>
      <div class="field-pair">
        {field("At a time", "concurrency", "Empty: as in the catalog")}
        {field("For how many hours", "hours")}
      </div>
      <div class="field-triple">
        {field("Starts", "starts", "Empty: as in the catalog")}
        {field("Per seconds", "period")}
        {field("Of which at once", "burst")}
      </div>
      {field("Reason, for whoever finds it later", "reason")}
    </Confirm>
  );
}
