import { useState } from "preact/hooks";
import type { Series } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { searchPages } from "../../api/search-pages.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Tenant, TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import { SeriesCard } from "./series-card.tsx";
import "./series.css";

const pageSize = 25;
/** How many pages are read for so many series: series are looked for among all jobs that wait, a thousand for a page. */
const pagesPerSize = 40;
/** What takes more pages than these is not asked for again by itself. */
const fewPages = 4;
const isBusy = ({ status }: Series) => status === "queued" || status === "running";

/** Jobs that recur: when, how they went, and when they run next. */
export function SeriesList() {
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
  const { data, error, isPending } = usePoll(seriesOf(tenant, limit), {
    isFinal: ({ items }) => !items.some(isBusy),
    slow: ({ pages }) => pages > 1,
    once: ({ pages }) => pages > fewPages,
  });
  if (isPending) return <Skeleton lines={6} />;
  if (!data) return <ErrorBanner error={error} />;
  if (data.items.length === 0 && !data.hasMore) {
    return (
      <EmptyState title="Nothing recurs here">
        A job with a cron expression or an interval becomes a series. <Link href="/new">Schedule one</Link>
      </EmptyState>
    );
  }
  return (
    <>
      {data.items.length === 0 && (
        <EmptyState title="No series found so far">
          Series are looked for among all jobs that wait, of which there are very many here.
        </EmptyState>
      )}
      {data.items.map((series) => (
        <SeriesCard key={series.job_id} series={series} />
      ))}
      {data.hasMore && (
        <div>
          <Button onClick={() => setLimit(limit + pageSize)}>Show more</Button>
        </div>
      )}
    </>
  );
}

/** A page may be short although more follow. */
const seriesOf = defineQuery("series", (tenant: Tenant, limit: number) => {
  const list = ductape().jobs.series(tenant);
  const read = async (cursor: string | undefined) => {
    const { series: items, ...page } = await list.page(cursor);
    return { items, ...page };
  };
  return searchPages(read, { wanted: limit, mostPages: pagesPerSize * (limit / pageSize) });
});
