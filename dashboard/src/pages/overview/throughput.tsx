import { BarChart } from "../../ui/bar-chart.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { count } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { timeParts } from "../../ui/zone.ts";
import { useZone } from "../../ui/zone-store.ts";
import type { Part } from "./use-throughput.ts";
import { type WindowId, windows } from "./window.ts";

/** Completed and failed runs over time. */
export function Throughput({ parts, window }: { parts: Part[] | undefined; window: WindowId }) {
  const zone = useZone();
  const total = parts?.reduce((sum, { counts }) => sum + counts.completed + counts.failed, 0) ?? 0;
  const label = (at: number) => {
    const { date, time } = timeParts(at, zone, "minute");
    return window === "24h" ? time : date.slice(5);
  };
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
          bars={parts.map(({ from, counts: { completed, failed } }) => ({
            at: from,
            title: `${timeParts(from, zone, "minute").date} ${timeParts(from, zone, "minute").time} ${timeParts(from, zone).zone}: ${count(completed)} completed, ${count(failed)} failed`,
            parts: [
              { size: completed, class: "status-completed" },
              { size: failed, class: "status-failed" },
            ],
          }))}
          labelOf={label}
          every={window === "24h" ? 4 : 4}
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
