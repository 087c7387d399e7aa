import type { ErrorGroup } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { query } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { count } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { Ago } from "../../ui/time.tsx";
import { spanOf, type WindowId, windows } from "./window.ts";

const shown = 6;

const topErrors = defineQuery("top-errors", async (tenant: Tenant, window: WindowId): Promise<ErrorGroup[]> => {
  const { from } = spanOf(window, apiNow());
  const { errors } = await ductape()
    .errors.list({ ...tenant, from, limit: shown })
    .page();
  return errors;
});

/** The most frequent errors of the window, by cause. */
export function Failures({ tenant, window }: { tenant: Tenant | undefined; window: WindowId }) {
  const { data: groups } = usePoll(tenant && topErrors(tenant, window), { rare: true });
  return (
    <Panel
      title="What failed"
      actions={
        groups &&
        groups.length > 0 && (
          <Link href={`/errors${query({ product: tenant?.product_tag, env: tenant?.env })}`}>All errors</Link>
        )
      }
    >
      {!groups && <Skeleton lines={8} />}
      {groups?.length === 0 && <EmptyState title={`Nothing failed in the last ${windows[window].name}`} />}
      {groups && groups.length > 0 && (
        <ul class="groups">
          {groups.map((group) => (
            <Group key={group.fingerprint} group={group} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const Group = ({ group }: { group: ErrorGroup }) => (
  <li>
    <Link class="group" href={`/jobs/${group.sample_job_id}`}>
      <span class="group-count num">{count(group.count)}×</span>
      <span class="group-text">
        <span class="group-head">
          <code class="failure-code">{group.code}</code> {group.event}
          {group.provider_code !== undefined && <code class="muted">{group.provider_code}</code>}
        </span>
        <span class="group-message">
          <Plain text={group.message} />
        </span>
      </span>
      <Ago at={group.last_at} />
    </Link>
  </li>
);
