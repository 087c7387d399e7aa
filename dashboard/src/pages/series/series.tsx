import { useState } from "preact/hooks";
import { Link } from "wouter";
import { query, request } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { isMissing } from "../../ui/missing.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Tenant, TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import type { SeriesSummary } from "./runs.ts";
import { SeriesCard } from "./series-card.tsx";
import "./series.css";

const pageSize = 25;
const isBusy = ({ status }: SeriesSummary) => status === "queued" || status === "running";

interface Answer {
  series: SeriesSummary[];
  next_cursor?: string;
}

/** Jobs that recur: when, how they went, and when they run next. */
export function Series() {
  const tenant = useTenant();
  return (
    <>
      <PageHeader title="Series" actions={<TenantPicker tenant={tenant} />}>
        Jobs that recur, with their last thirty runs and their next ten.
      </PageHeader>
      {tenant ? <List key={`${tenant.product_tag} ${tenant.env}`} tenant={tenant} /> : <Skeleton lines={5} />}
    </>
  );
}

function List({ tenant }: { tenant: Tenant }) {
  const [limit, setLimit] = useState(pageSize);
  const read = () => readSeries(tenant, limit);
  const { data, error, isPending } = usePoll(["series", tenant, limit], read, {
    isFinal: ({ series }) => !series.some(isBusy),
  });
  if (isPending) return <Skeleton lines={6} />;
  if (isMissing(error)) {
    return (
      <EmptyState title="This API does not list series">
        <Link href="/jobs?recurring=true">Recurring jobs</Link> are in the list of jobs.
      </EmptyState>
    );
  }
  if (!data) return <ErrorBanner error={error} />;
  if (data.series.length === 0) {
    return (
      <EmptyState title="Nothing recurs here">
        A job with a cron expression or an interval becomes a series. <Link href="/new">Schedule one</Link>
      </EmptyState>
    );
  }
  return (
    <>
      {data.series.map((series) => (
        <SeriesCard key={series.job_id} series={series} />
      ))}
      {data.next_cursor !== undefined && (
        <div>
          <Button onClick={() => setLimit(limit + pageSize)}>Show more</Button>
        </div>
      )}
    </>
  );
}

/** Reads pages until it has `limit` series. A page may be short although more follow. */
async function readSeries(tenant: Tenant, limit: number): Promise<Answer> {
  const series: SeriesSummary[] = [];
  let cursor: string | undefined;
  do {
    const page: Answer = await request(`/v1/series${query({ ...tenant, cursor })}`);
    series.push(...page.series);
    cursor = page.next_cursor;
  } while (cursor !== undefined && series.length < limit);
  return { series, ...(cursor !== undefined && { next_cursor: cursor }) };
}
