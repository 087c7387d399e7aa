import { useState } from "preact/hooks";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { useProducts } from "../../api/products.ts";
import { useChange } from "../../api/use-change.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";

const hourMs = 3_600_000;
const lengths = [
  ["", "Until somebody ends it"],
  ["1", "For an hour"],
  ["8", "For 8 hours"],
  ["24", "For a day"],
] as const;

/** Pauses an event, or all of an env. */
export function PauseDialog({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const events = useProducts()?.find(({ tag }) => tag === tenant.product_tag)?.events ?? [];
  const [event, setEvent] = useState("");
  const [hours, setHours] = useState("");
  const [reason, setReason] = useState("");
  const change = useChange(
    () =>
      ductape().pauses.create({
        ...tenant,
        reason: reason.trim(),
        ...(event !== "" && { event }),
        ...(hours !== "" && { until: apiNow() + Number(hours) * hourMs }),
      }),
    () => `Paused: ${event || "every event"}`,
  );
  return (
    <Confirm
      title={`Pause jobs in ${tenant.env}`}
      confirm={event === "" ? "Pause every event" : `Pause ${event}`}
      danger
      busy={change.busy}
      disabled={reason.trim() === ""}
      error={change.error}
      onConfirm={() => void change.run().then((worked) => worked && onClose())}
      onClose={onClose}
    >
      <p class="muted">
        Within five seconds nothing of it starts. What runs goes on to its end. Jobs are accepted and wait.
      </p>
      <div class="field-pair">
        <Select
          label="Event"
          value={event}
          options={[["", "Every event"], ...events.map(({ tag }) => [tag, tag] as const)]}
          onChange={setEvent}
        />
        <Select label="How long" value={hours} options={lengths} onChange={setHours} />
      </div>
      <TextField
        label="Reason"
        value={reason}
        note="For everybody who wonders what a job waits for"
        onInput={(text) => setReason(text.slice(0, 200))}
      />
    </Confirm>
  );
}
