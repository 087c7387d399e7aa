import { useMemo, useState } from "preact/hooks";
import type { Operation } from "../../../../sdk/src/index.ts";
import { apiUrl } from "../../api/base.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { useChange } from "../../api/use-change.ts";
import { actionName, wholeOf } from "../../operation/states.ts";
import { CodeTabs } from "../../ui/code-block.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import { count, plural, roughly } from "../../ui/format.ts";
import { useNavigate } from "../../ui/link.tsx";
import { Time } from "../../ui/time.tsx";
import { useZone } from "../../ui/zone-store.ts";
import { localOf, zonedIso } from "../../ui/zoned-time.ts";
import { bulkAsCode } from "./bulk-as-code.ts";
import {
  type BulkDraft,
  type BulkFilter,
  type BulkId,
  type BulkOperation,
  bulkActions,
  bulkLimits,
  draftOf,
  faultsOf,
  operationIn,
  startsRuns,
} from "./bulk-draft.ts";
import { FilterWords } from "./filter-words.tsx";
import { useCount } from "./use-count.ts";

const actions = bulkActions.map((id) => [id, actionName(id)] as const);
const inAnHour = 3_600_000;

interface Props {
  filter: BulkFilter & { product_tag: string };
  onClose: () => void;
}

/** Changes every job of a filter by an operation, after saying which those are and how many. */
export function BulkDialog({ filter, onClose }: Props) {
  const [draft, setDraft] = useState(() => draftOf(filter, apiNow() + inAnHour));
  const [isExact, setExact] = useState(true);
  const navigate = useNavigate();
  const { counted, ...counting } = useCount(draft.action);
  const faults = faultsOf(draft, filter);
  const asked = operationIn(draft, filter);
  const isCounted = counted?.state === "done";
  const matched = counted?.matched ?? 0;
  const operation = asked && { ...asked, ...(isCounted && isExact && { expect: matched }) };
  const label = actionName(draft.action);
  // The same question again, after an answer that was lost, finds the operation that it has begun.
  const idempotency_key = useMemo(() => crypto.randomUUID(), [JSON.stringify(operation)]);
  const change = useChange(
    async (wanted: BulkOperation) => {
      const begun = await ductape().operations.start({ ...wanted, idempotency_key });
      navigate(`/operations/${begun.operation_id}?product=${encodeURIComponent(filter.product_tag)}`);
    },
    () => `Begun: ${label} ${plural(matched, "job")}`,
    // The page of the operation shows what becomes of it.
    onClose,
  );
  const set = (changes: Partial<BulkDraft>) => setDraft({ ...draft, ...changes });
  return (
    <Confirm
      title="Change all jobs that match"
      of={filter}
      confirm={counting.busy ? "Counting" : isCounted ? `${label} ${plural(matched, "job")}` : "Count the jobs"}
      danger={isCounted && (draft.action === "cancel" || draft.action === "delete")}
      busy={counting.busy || change.busy}
      disabled={operation === undefined || (isCounted && matched === 0)}
      error={counting.error ?? change.error}
      onConfirm={() => {
        if (operation) void (isCounted ? change.run(operation) : counting.begin(operation));
      }}
      onClose={onClose}
    >
      <FilterWords filter={filter} />
      <Select
        label="What to do"
        value={draft.action}
        options={actions}
        onChange={(action) => set({ action: action as BulkId })}
      />
      {faults.includes("filter") && <p role="status">None of these jobs is in a status that allows it.</p>}
      <TextField
        label="Reason"
        value={draft.reason}
        placeholder="the provider is back"
        note={`Everybody sees it who asks why: 1 to ${bulkLimits.reason} characters`}
        onInput={(reason) => set({ reason })}
      />
      {draft.action === "reschedule" && <StartAt at={draft.start_at} onChange={(start_at) => set({ start_at })} />}
      <TextField
        label="Jobs per second at most"
        value={draft.rate}
        note={`A whole number from 1 to ${bulkLimits.perSecond}${spacedWords(draft.action)}`}
        onInput={(rate) => set({ rate })}
      />
      {startsRuns(draft.action) && <First draft={draft} set={set} />}
      <Found counted={counted} rate={wholeOf(draft.rate, 1, bulkLimits.perSecond)} />
      {isCounted && matched > 0 && (
        <label class="check">
          <input type="checkbox" checked={isExact} onChange={() => setExact(!isExact)} />
          Change none if it finds another number than {count(matched)}
        </label>
      )}
      <p class="muted">
        It goes on by itself when this page is closed, can be paused and stopped, and changes each job once, if its
        status allows it then.{(draft.action === "cancel" || draft.action === "delete") && " This cannot be undone."}
      </p>
      {operation && <CodeTabs label="The same in code" codes={bulkAsCode(operation, apiUrl())} />}
    </Confirm>
  );
}

/** Jobs that it makes due are due no closer to each other than the rate. */
const spacedWords = (action: BulkId): string =>
  startsRuns(action) || action === "reschedule" ? ". The jobs are due no closer to each other" : "";

/** When the first job is due; the others follow at the rate. */
function StartAt({ at, onChange }: { at: number | undefined; onChange: (at: number | undefined) => void }) {
  const zone = useZone();
  const [text, setText] = useState(() => (at === undefined ? "" : localOf(at, zone)));
  const write = (next: string) => {
    setText(next);
    const iso = zonedIso(next, zone);
    onChange(iso === undefined ? undefined : Date.parse(iso));
  };
  return (
    <label class="field">
      <span>First job due, in {zone}</span>
      <input type="datetime-local" step="1" value={text} onInput={(event) => write(event.currentTarget.value)} />
      <span class="field-note">{at === undefined ? "Choose a time." : <Time at={at} />}</span>
    </label>
  );
}

/** A few jobs first: the canary. */
function First({ draft, set }: { draft: BulkDraft; set: (changes: Partial<BulkDraft>) => void }) {
  return (
    <>
      <label class="check">
        <input type="checkbox" checked={draft.tries} onChange={() => set({ tries: !draft.tries })} />
        Change a few jobs first, and go on if they do not fail
      </label>
      {draft.tries && (
        <div class="bulk-first">
          <TextField
            label="How many first"
            value={draft.first}
            note={`1 to ${bulkLimits.first}`}
            onInput={(first) => set({ first })}
          />
          <TextField
            label="May fail"
            value={draft.failures}
            note={`0 to ${bulkLimits.first - 1}`}
            onInput={(failures) => set({ failures })}
          />
          <TextField
            label="Minutes to end"
            value={draft.minutes}
            note="Then it asks"
            onInput={(minutes) => set({ minutes })}
          />
        </div>
      )}
    </>
  );
}

/** How many jobs there are, and how long they take. */
function Found({ counted, rate }: { counted: Operation | undefined; rate: number | undefined }) {
  const matched = counted?.matched ?? 0;
  const isEnded = counted !== undefined && counted.state !== "collecting";
  return (
    <p class="bulk-count" aria-live="polite">
      {counted && (
        <>
          <strong class="num">{count(matched)}</strong>{" "}
          {!isEnded
            ? "found so far"
            : counted.state !== "done"
              ? `found, and then it was ${counted.state}: ${counted.detail ?? "count again"}`
              : matched === 0
                ? "of these jobs can be changed so"
                : `of these jobs can be changed so${rate === undefined ? "" : `, in about ${roughly((matched / rate) * 1000)}`}`}
        </>
      )}
    </p>
  );
}
