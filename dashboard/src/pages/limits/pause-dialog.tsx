import { useState } from "preact/hooks";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { useProducts } from "../../api/products.ts";
import { useChange } from "../../api/use-change.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { heldWords, type PauseDraft, scopeOf } from "./pause-draft.ts";
import { useLimits } from "./use-limits.ts";

const hourMs = 3_600_000;
const lengths = [
  ["", "Until somebody ends it"],
  ["1", "For an hour"],
  ["8", "For 8 hours"],
  ["24", "For a day"],
] as const;

/** Pauses an event, a limit or one of its keys, or all of an env. `given` is what the form begins with. */
export function PauseDialog({
  tenant,
  given,
  onClose,
}: {
  tenant: Tenant;
  given?: Partial<PauseDraft>;
  onClose: () => void;
}) {
  const [draft, setDraft] = useState<PauseDraft>({ event: "", limit: "", key: "", ...given });
  const [hours, setHours] = useState("");
  const [reason, setReason] = useState("");
  const change = useChange(
    () =>
      ductape().pauses.create({
        ...tenant,
        ...scopeOf(draft),
        reason: reason.trim(),
        ...(hours !== "" && { until: apiNow() + Number(hours) * hourMs }),
      }),
    () => `Paused: ${heldWords(draft)}`,
  );
  return (
    <Confirm
      title="Pause jobs"
      of={tenant}
      confirm={`Pause ${heldWords(draft)}`}
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
      <Scope tenant={tenant} draft={draft} onChange={setDraft} />
      <Select label="How long" value={hours} options={lengths} onChange={setHours} />
      <TextField
        label="Reason"
        value={reason}
        note="For everybody who wonders what a job waits for"
        onInput={(text) => setReason(text.slice(0, 200))}
      />
    </Confirm>
  );
}

interface ScopeProps {
  tenant: Tenant;
  draft: PauseDraft;
  onChange: (draft: PauseDraft) => void;
}

/** What to pause. A limit is offered where the product has any. */
function Scope({ tenant, draft, onChange }: ScopeProps) {
  const events = useProducts()?.find(({ tag }) => tag === tenant.product_tag)?.events ?? [];
  const limits = useLimits(tenant).data ?? [];
  const hasKeys = limits.find(({ name }) => name === draft.limit)?.key !== undefined;
  return (
    <>
      <div class="field-pair">
        <Select
          label="Event"
          value={draft.event}
          options={[["", "Every event"], ...events.map(({ tag }) => [tag, tag] as const)]}
          onChange={(event) => onChange({ event, limit: "", key: "" })}
        />
        {limits.length > 0 && (
          <Select
            label="Limit"
            value={draft.limit}
            options={[["", "With any limit or none"], ...limits.map(({ name }) => [name, name] as const)]}
            onChange={(limit) => onChange({ event: "", limit, key: "" })}
          />
        )}
      </div>
      {hasKeys && (
        <TextField
          label="Key of the limit"
          value={draft.key}
          note="As it is shown at the limit. Empty: every key"
          onInput={(key) => onChange({ ...draft, key })}
        />
      )}
    </>
  );
}
