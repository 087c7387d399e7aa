import { useState } from "preact/hooks";
import type { ErrorGroup } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { useCan } from "../../api/me.ts";
import { query } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Segments } from "../../ui/field.tsx";
import { count, plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { type Tenant, TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import { Ago } from "../../ui/time.tsx";
import { useUrlState } from "../../use-url-state.ts";
import { isMixed, shareOf, windowNames, windowStart } from "./groups.ts";
import { RetryAll } from "./retry-all.tsx";
import "./errors.css";

const defaults = { window: "7d" };
const most = 100;

const errorGroups = defineQuery("error-groups", (tenant: Tenant, window: string) =>
  ductape()
    .errors.list({ ...tenant, from: windowStart(window, apiNow()), limit: most })
    .page(),
);

/** What fails, grouped: one line per cause rather than one per job. */
export function Errors() {
  const tenant = useTenant();
  const [{ window }, change] = useUrlState(defaults);
  const actions = (
    <>
      <Segments label="Since when" value={window} options={windowNames} onChange={(next) => change({ window: next })} />
      <TenantPicker tenant={tenant} />
    </>
  );
  return (
    <>
      <PageHeader title="Errors" actions={actions}>
        Failed jobs by event, code and message, the most frequent first.
      </PageHeader>
      {tenant ? (
        <Groups key={`${tenant.product_tag} ${tenant.env}`} tenant={tenant} window={window} />
      ) : (
        <Skeleton lines={5} />
      )}
    </>
  );
}

function Groups({ tenant, window }: { tenant: Tenant; window: string }) {
  const { data, error, isPending } = usePoll(errorGroups(tenant, window));
  const [retried, retry] = useState<ErrorGroup>();
  const can = useCan();
  if (isPending) return <Skeleton lines={5} />;
  if (!data) return <ErrorBanner error={error} />;
  const groups = data.errors;
  if (groups.length === 0) {
    return (
      <EmptyState title="Nothing has failed in this time">
        A job that fails after all its attempts appears here.
      </EmptyState>
    );
  }
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  return (
    <>
      <Panel title={plural(groups.length, "cause")} note={plural(total, "failed run")}>
        <Table
          label="Errors by cause"
          columns={columnsFor(groups, tenant, can("jobs:admin", tenant) ? retry : undefined)}
          rows={groups}
          keyOf={({ fingerprint }) => fingerprint}
        />
      </Panel>
      {data.next_cursor !== undefined && <p class="muted">Only the {most} most frequent causes are shown.</p>}
      {retried && <RetryAll group={retried} tenant={tenant} onClose={() => retry(undefined)} />}
    </>
  );
}

function columnsFor(
  groups: readonly ErrorGroup[],
  tenant: Tenant,
  retry: ((group: ErrorGroup) => void) | undefined,
): Column<ErrorGroup>[] {
  const jobs = ({ event }: ErrorGroup) =>
    `/jobs${query({ status: "failed", event, product: tenant.product_tag, env: tenant.env })}`;
  return [
    {
      id: "message",
      name: "Error",
      cell: (group) => (
        <div class="error-cause">
          <p class="error-head">
            <Tag tone="bad">{group.code}</Tag>
            {group.provider_code !== undefined && <code>{group.provider_code}</code>}
            <Link href={jobs(group)}>{group.event}</Link>
          </p>
          <p class="error-message">
            <Plain text={group.message} />
          </p>
          <p class="error-last muted">
            last <Ago at={group.last_at} />
          </p>
        </div>
      ),
    },
    {
      id: "count",
      name: "Runs",
      right: true,
      cell: (group) => (
        <span class="error-count">
          <span class="num">{count(group.count)}</span>
          <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect width={shareOf(group.count, groups)} height="4" rx="1" />
          </svg>
        </span>
      ),
    },
    { id: "first", name: "First", wide: true, cell: ({ first_at }) => <Ago at={first_at} /> },
    { id: "last", name: "Last", wide: true, cell: ({ last_at }) => <Ago at={last_at} /> },
    {
      id: "do",
      name: <span class="sr-only">Actions</span>,
      right: true,
      cell: (group) => (
        <span class="error-actions">
          <Link href={`/jobs/${group.sample_job_id}`} aria-label={`A sample of ${group.code} of ${group.event}`}>
            Sample
          </Link>
          {retry && !isMixed(group) && (
            <Button aria-label={`Retry all with ${group.code} of ${group.event}`} onClick={() => retry(group)}>
              Retry all
            </Button>
          )}
        </span>
      ),
    },
  ];
}
