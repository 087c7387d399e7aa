import { BarChart } from "../../ui/bar-chart.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { count } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { useZone } from "../../ui/zone-store.ts";
import { jobsWithin } from "./drill.ts";
import type { Part } from "./use-throughput.ts";
import { labelEvery, labelOf, momentOf, type WindowId, windows } from "./window.ts";

interface Props {
  parts: Part[] | undefined;
  window: WindowId;
  tenant: Tenant | undefined;
  /** Empty: all events. */
  event: string;
}

/** Completed and failed runs over time. A bar leads to its jobs. */
export function Throughput({ parts, window, tenant, event }: Props) {
  const zone = useZone();
  const total = parts?.reduce((sum, { counts }) => sum + counts.completed + counts.failed, 0) ?? 0;
  return (
    <Panel
      title="Throughput"
      note={`runs per ${window === "24h" ? "hour" : window === "7d" ? "6 hours" : "day"}`}
      actions={<Legend />}
    >
      {!parts && <Skeleton lines={6} />}
      {parts && total === 0 && <EmptyState title={`No run in the last ${windows[window].name}`} />}
      {parts && total > 0 && (
        <BarChart
          label={`Runs in the last ${windows[window].name}: ${count(total)}`}
          bars={parts.map(({ from, to, counts: { completed, failed } }) => ({
            at: from,
            title: `${momentOf(from, zone)}: ${count(completed)} completed, ${count(failed)} failed`,
            parts: [
              { size: completed, class: "status-completed" },
              { size: failed, class: "status-failed" },
            ],
            ...(tenant && completed + failed > 0 && { href: jobsWithin(tenant, event, { from, to }) }),
          }))}
          labelOf={(at) => labelOf(at, zone, window)}
          every={labelEvery}
        />
      )}
    </Panel>
  );
}

const Legend = () => (
  <span class="legend">
    <span class="status-completed">
      <span class="status-dot" aria-hidden="true" /> completed
    </span>
    <span class="status-failed">
      <span class="status-dot" aria-hidden="true" /> failed
    </span>
  </span>
);
