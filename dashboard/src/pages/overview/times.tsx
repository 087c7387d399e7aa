import { useState } from "preact/hooks";
import { BarChart } from "../../ui/bar-chart.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Segments } from "../../ui/field.tsx";
import { duration } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { useZone } from "../../ui/zone-store.ts";
import { jobsWithin } from "./drill.ts";
import type { Part } from "./use-throughput.ts";
import { labelEvery, labelOf, momentOf, type WindowId, windows } from "./window.ts";

const kinds = {
  lateness_ms: { name: "Lateness", says: "late" },
  duration_ms: { name: "Duration", says: "long" },
} as const;
type Kind = keyof typeof kinds;

interface Props {
  parts: Part[] | undefined;
  window: WindowId;
  tenant: Tenant | undefined;
  /** Empty: all events. */
  event: string;
}

/** How late attempts started, or how long they took, over time: half of them at most the lower part of a bar, 99 of 100 all of it. */
export function Times({ parts, window, tenant, event }: Props) {
  const zone = useZone();
  const [kind, choose] = useState<Kind>("lateness_ms");
  const { name, says } = kinds[kind];
  const measured = parts?.some((part) => part[kind]?.p99 != null) ?? false;
  return (
    <Panel
      title={`${name} over time`}
      note="p50 and p99"
      actions={
        <Segments
          label="What is measured"
          value={kind}
          options={Object.entries(kinds).map(([id, { name: shown }]) => [id, shown] as const)}
          onChange={(id) => choose(id as Kind)}
        />
      }
    >
      {!parts && <Skeleton lines={6} />}
      {parts && !measured && <EmptyState title={`No attempt in the last ${windows[window].name}`} />}
      {parts && measured && (
        <BarChart
          label={`${name} in the last ${windows[window].name}`}
          bars={parts.map(({ from, to, [kind]: times }) => ({
            at: from,
            title: `${momentOf(from, zone)}: ${
              times?.p99 == null ? "no attempt" : `p50 ${duration(times.p50 ?? 0)}, p99 ${duration(times.p99)} ${says}`
            }`,
            parts: [
              { size: times?.p50 ?? 0, class: "chart-p50" },
              { size: (times?.p99 ?? 0) - (times?.p50 ?? 0), class: "chart-p99" },
            ],
            ...(tenant && times?.p99 != null && { href: jobsWithin(tenant, event, { from, to }) }),
          }))}
          labelOf={(at) => labelOf(at, zone, window)}
          textOf={duration}
          every={labelEvery}
        />
      )}
    </Panel>
  );
}
