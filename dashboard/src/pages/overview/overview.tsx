import { latestTenant } from "../../api/latest-tenant.ts";
import { useProducts } from "../../api/products.ts";
import { usePoll } from "../../api/use-poll.ts";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Segments, Select } from "../../ui/field.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import { useUrlState } from "../../use-url-state.ts";
import { Attention } from "./attention.tsx";
import { Failures } from "./failures.tsx";
import { Figures } from "./figures.tsx";
import { FirstJob } from "./first-job.tsx";
import "./overview.css";
import { Recent } from "./recent.tsx";
import { Throughput } from "./throughput.tsx";
import { Times } from "./times.tsx";
import { Due } from "./upcoming.tsx";
import { useStats } from "./use-throughput.ts";
import { type WindowId, windows } from "./window.ts";

const defaults = { window: "24h", event: "" };
const isWindow = (text: string): text is WindowId => Object.hasOwn(windows, text);

/** Whether all is well: how much ran, how well and how late, what failed, what comes. */
export function Overview() {
  const [{ window: asked, event: named }, change] = useUrlState(defaults);
  const window = isWindow(asked) ? asked : "24h";
  const tenant = useTenant();
  const latest = usePoll(latestTenant(), { once: (found) => found !== null });
  const counted = (useProducts() ?? [])
    .filter(({ tag }) => tag === tenant?.product_tag)
    .flatMap(({ events }) => events.filter(({ trends }) => trends).map(({ tag }) => tag));
  const event = counted.includes(named) ? named : "";
  const stats = useStats(tenant, window, event);
  const isEmpty = latest.data === null;
  return (
    <>
      <PageHeader
        title="Overview"
        actions={
          <>
            <Segments
              label="Window"
              value={window}
              options={Object.entries(windows).map(([id, { name }]) => [id, name] as const)}
              onChange={(id) => change({ window: id })}
            />
            <TenantPicker tenant={tenant} />
            {counted.length > 0 && (
              <Select
                quiet
                label="Event"
                value={event}
                options={[["", "All events"], ...counted]}
                onChange={(tag) => change({ event: tag })}
              />
            )}
          </>
        }
      />
      <ErrorBanner error={stats.error ?? latest.error} />
      {isEmpty ? (
        <FirstJob />
      ) : (
        <>
          <Attention />
          <Figures stats={stats.data} />
          <div class="overview">
            <Throughput parts={stats.data?.parts} window={window} tenant={tenant} event={event} />
            <Times parts={stats.data?.parts} window={window} tenant={tenant} event={event} />
            <Recent tenant={tenant} />
            <Failures tenant={tenant} window={window} />
            <Due tenant={tenant} />
          </div>
        </>
      )}
    </>
  );
}
