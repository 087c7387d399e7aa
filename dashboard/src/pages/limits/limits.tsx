import { Fragment } from "preact";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Tenant, TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import { LimitPanel } from "./limit-panel.tsx";
import "./limits.css";
import { Pauses } from "./pauses.tsx";
import { useLimits } from "./use-limits.ts";

/** What holds jobs back: what somebody has paused, and the limits of the catalog with what waits for them. */
export function LimitsAndPauses() {
  const tenant = useTenant();
  return (
    <>
      <PageHeader title="Limits and pauses" actions={<TenantPicker tenant={tenant} />}>
        What keeps jobs from their start. Waiting spends no attempt.
      </PageHeader>
      {tenant ? (
        <Fragment key={`${tenant.product_tag} ${tenant.env}`}>
          <Pauses tenant={tenant} />
          <LimitList tenant={tenant} />
        </Fragment>
      ) : (
        <Skeleton lines={5} />
      )}
    </>
  );
}

function LimitList({ tenant }: { tenant: Tenant }) {
  const { data, error, isPending } = useLimits(tenant);
  if (isPending) return <Skeleton lines={5} />;
  if (!data) return <ErrorBanner error={error} />;
  if (data.length === 0) {
    return (
      <EmptyState title="This product has no limits">
        Write <code>limits</code> of the product in the catalog and name them in its events, then deploy.
      </EmptyState>
    );
  }
  return (
    <>
      {data.map((limit) => (
        <LimitPanel key={limit.name} limit={limit} />
      ))}
    </>
  );
}
