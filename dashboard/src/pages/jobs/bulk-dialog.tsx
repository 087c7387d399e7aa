import { useEffect, useState } from "preact/hooks";
import type { BulkResult, JobFilter } from "../../../../sdk/src/index.ts";
import { apiUrl } from "../../api/base.ts";
import { ductape } from "../../api/client.ts";
import { useChange } from "../../api/use-change.ts";
import { CodeTabs } from "../../ui/code-block.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Segments } from "../../ui/field.tsx";
import { count, plural } from "../../ui/format.ts";
import { bulkAsCode } from "./bulk-as-code.ts";
import { type BulkId, bulkFilter, countJobs, firstChange, mostCounted } from "./bulk-filter.ts";
import { FilterWords } from "./filter-words.tsx";

const actions: [BulkId, string][] = [
  ["cancel", "Cancel"],
  ["retry", "Retry"],
  ["pause", "Pause"],
  ["resume", "Resume"],
  ["delete", "Delete"],
];

const runs: Record<BulkId, (filter: JobFilter) => Promise<BulkResult>> = {
  cancel: (filter) => ductape().jobs.cancelMany(filter),
  retry: (filter) => ductape().jobs.retryMany(filter),
  pause: (filter) => ductape().jobs.pauseMany(filter),
  resume: (filter) => ductape().jobs.resumeMany(filter),
  delete: (filter) => ductape().jobs.deleteMany(filter),
};

interface Count {
  of?: BulkId;
  count: number;
  state: "counting" | "complete" | "more" | "failed";
}

/** Counts while the dialog is open; another action counts anew. */
function useCount(action: BulkId, filter: Partial<JobFilter> | undefined): Count {
  const [found, setFound] = useState<Count>({ count: 0, state: "counting" });
  const key = JSON.stringify(filter);
  // The filter is the same while its key is.
  useEffect(() => {
    const stop = new AbortController();
    const set = (count: number, state: Count["state"]) =>
      !stop.signal.aborted && setFound({ of: action, count, state });
    if (!filter) return void set(0, "complete");
    set(0, "counting");
    countJobs(ductape(), filter, (soFar) => set(soFar, "counting"), stop.signal).then(
      (result) => set(result.count, result.complete ? "complete" : "more"),
      () => set(0, "failed"),
    );
    return () => stop.abort();
  }, [action, key]);
  return found.of === action ? found : { count: 0, state: "counting" };
}

interface Props {
  filter: JobFilter & { product_tag: string };
  onClose: () => void;
}

/** Changes every job of a filter, after saying which those are and how many. */
export function BulkDialog({ filter, onClose }: Props) {
  const [action, choose] = useState<BulkId>(() => firstChange(filter));
  const narrowed = bulkFilter(action, filter) as JobFilter | undefined;
  const found = useCount(action, narrowed);
  const label = actions.find(([id]) => id === action)?.[1] ?? action;
  const change = useChange(runs[action], ({ succeeded, failed }) =>
    failed > 0
      ? `${label}: ${plural(succeeded, "job")}, ${count(failed)} refused`
      : `${label}: ${plural(succeeded, "job")}`,
  );
  const number = found.state === "more" ? `more than ${count(mostCounted)} jobs` : plural(found.count, "job");
  return (
    <Confirm
      title="Change all jobs of this filter"
      of={filter}
      confirm={found.state === "counting" ? "Counting" : `${label} ${number}`}
      danger={action === "cancel" || action === "delete"}
      busy={change.busy}
      disabled={found.state === "counting" || found.count === 0}
      error={change.error}
      onConfirm={() => {
        if (narrowed) void change.run(narrowed).then((worked) => worked && onClose());
      }}
      onClose={onClose}
    >
      <FilterWords filter={filter} />
      <Segments label="Change" value={action} options={actions} onChange={(id) => choose(id as BulkId)} />
      <p class="bulk-count" aria-live="polite">
        <strong class="num">{found.state === "more" ? `${count(mostCounted)}+` : count(found.count)}</strong>{" "}
        {found.state === "counting" ? "found so far" : `of these jobs can be changed so`}
        {found.state === "failed" && ": counting failed"}
      </p>
      <p class="muted">
        Jobs that come to match while it runs are changed too, and jobs whose status does not allow it are left out.
        {(action === "cancel" || action === "delete") && " This cannot be undone."}
      </p>
      {narrowed && <CodeTabs label="The same in code" codes={bulkAsCode(action, narrowed, apiUrl())} />}
    </Confirm>
  );
}
