import { useState } from "preact/hooks";
import type { ErrorGroup, JobSummary } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { useChange } from "../../api/use-change.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { plural } from "../../ui/format.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { matching } from "./groups.ts";
import { type Retried, retriedWords, retryEach } from "./retry-each.ts";

/** More are counted and retried in a next round. */
const most = 1_000;

interface Props {
  group: ErrorGroup;
  tenant: Tenant;
  onClose: () => void;
}

/**
 * Counts the failed jobs of a group, then retries them job by job: an operation knows causes, and would take other messages of the same
 * one, and what other events have failed for it.
 */
export function RetryAll({ group, tenant, onClose }: Props) {
  const filter = {
    ...tenant,
    event: group.event,
    status: "failed" as const,
    from: group.first_at,
    to: group.last_at + 1_000,
  };
  const { data, error } = usePoll(failedJobs(filter), { once: true });
  const jobs = data && matching(data.jobs, group);
  const [outcome, setOutcome] = useState<Retried>();
  const retry = useChange(async () => {
    const retried = await retryEach(jobs ?? [], (id) => ductape().jobs.retry(id));
    setOutcome(retried);
    if (retried.error !== undefined) throw retried.error;
    return retried;
  }, retriedWords);
  const count = jobs?.length ?? 0;
  return (
    <Confirm
      title={`Retry failures of ${group.event}?`}
      of={tenant}
      confirm={jobs ? `Retry ${plural(count, "job")}` : "Retry"}
      busy={retry.busy}
      disabled={count === 0}
      error={retry.error ?? error}
      onClose={onClose}
      onConfirm={async () => {
        if (await retry.run()) onClose();
      }}
    >
      {!jobs && !error && <Skeleton lines={2} />}
      {jobs && (
        <p>
          {plural(count, "job")} of <code>{group.event}</code> failed with <code>{group.code}</code> and may run again,
          each with all of its retries.
          {data &&
            !data.complete &&
            ` There are more than the ${plural(most, "job")} that were counted: repeat this afterwards.`}
        </p>
      )}
      {outcome && retry.error !== undefined && <p role="status">{retriedWords(outcome)}: try again for those.</p>}
      {jobs && count < group.count && (
        <p class="muted">
          {plural(group.count, "run")} failed in all: some were retried since, belong to a series that goes on, or were
          deleted.
        </p>
      )}
    </Confirm>
  );
}

const failedJobs = defineQuery(
  "failed-jobs",
  async (filter: object): Promise<{ jobs: JobSummary[]; complete: boolean }> => {
    const jobs: JobSummary[] = [];
    for await (const job of ductape().jobs.list(filter)) {
      if (jobs.length === most) return { jobs, complete: false };
      jobs.push(job);
    }
    return { jobs, complete: true };
  },
);
