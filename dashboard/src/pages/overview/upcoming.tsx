import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { usePoll } from "../../api/use-poll.ts";
import { BarChart } from "../../ui/bar-chart.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { count, plural } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { timeParts } from "../../ui/zone.ts";
import { useZone } from "../../ui/zone-store.ts";

const upcoming = defineQuery("upcoming", (tenant: Tenant) => ductape().jobs.upcoming({ ...tenant, minutes: 60 }));

/** What is due in each of the next sixty minutes, below what EventBridge Scheduler starts in a minute. */
export function Due({ tenant }: { tenant: Tenant | undefined }) {
  const zone = useZone();
  const { data } = usePoll(tenant && upcoming(tenant), { rare: true });
  const timeOf = (at: number) => timeParts(at, zone, "minute").time;
  return (
    <Panel
      title="Due in the next hour"
      class="overview-wide"
      note={data && (data.truncated ? `more than ${count(data.total)} jobs` : plural(data.total, "job"))}
    >
      {!data && <Skeleton lines={6} />}
      {data?.hot_minutes.map(({ at, count: jobs }) => (
        <p key={at} class="banner banner-warn">
          {count(jobs)} jobs are due in the minute of {timeOf(at)}, more than EventBridge Scheduler starts in one: some
          may start late.
        </p>
      ))}
      {data?.total === 0 && <EmptyState title="Nothing is due in the next hour" />}
      {data && data.total > 0 && (
        <BarChart
          label={`Jobs due in the next hour: ${count(data.total)}`}
          bars={data.minutes.map(({ at, count: jobs }) => ({
            at,
            title: `${timeOf(at)} ${timeParts(at, zone).zone}: ${plural(jobs, "job")}`,
            parts: [{ size: jobs, class: "status-scheduled" }],
          }))}
          labelOf={timeOf}
          every={10}
          bound={{
            value: data.starts_per_second * 60,
            label: `EventBridge Scheduler starts ${count(data.starts_per_second * 60)} schedules per minute`,
          }}
        />
      )}
    </Panel>
  );
}
