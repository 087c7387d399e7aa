import { useState } from "preact/hooks";
import type { Hook, HookDelivery } from "../../../../sdk/src/index.ts";
import { apiUrl } from "../../api/base.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Tag } from "../../ui/badge.tsx";
import { CopyText } from "../../ui/copy-button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Select } from "../../ui/field.tsx";
import { plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { Ago } from "../../ui/time.tsx";
import type { ListProps } from "./fields.ts";
import { ListEnd } from "./list-end.tsx";
import { NotHere } from "./not-here.tsx";
import { isLong, pageSize, readPages, type Shown } from "./read-pages.ts";
import { addressOfReceived, receivedNames, receivedTones, refusalOf, titleOf } from "./words.ts";

const hooksOf = defineQuery("hooks", (tenant: Tenant) => ductape().hooks.list(tenant));

type Outcome = HookDelivery["outcome"] | "";

const received = defineQuery(
  "received",
  (tenant: Tenant, hook: string, outcome: Outcome, count: number): Promise<Shown<HookDelivery>> => {
    const pages = ductape().hooks.deliveries({ ...tenant, hook, limit: pageSize, outcome: outcome || undefined });
    return readPages((cursor) => pages.page(cursor), count);
  },
);

/** What providers have delivered to one hook. */
export function ReceivedList({ tenant, fields: { of, outcome }, change }: ListProps) {
  const { data: hooks, error } = usePoll(hooksOf(tenant), { once: true });
  if (!hooks) return error ? <ErrorBanner error={error} /> : <Skeleton lines={5} />;
  const names = hooks.map(({ hook }) => hook);
  // What a hook has taken is there although the catalog has lost it.
  const hook = of || names[0];
  if (hook === undefined)
    return (
      <EmptyState title="No hook here">
        A hook takes what a provider such as Stripe or GitHub delivers. Write <code>hooks</code> of the product, then
        deploy.
      </EmptyState>
    );
  const shown = receivedNames.find(([name]) => name === outcome)?.[0] ?? "";
  return (
    <>
      <div class="delivery-line">
        <Select
          label="Hook"
          value={hook}
          options={names.includes(hook) ? names : [...names, hook]}
          onChange={(next) => change({ of: next })}
        />
        <Select label="Outcome" value={shown} options={receivedNames} onChange={(next) => change({ outcome: next })} />
      </div>
      <Address hook={hooks.find((one) => one.hook === hook)} />
      <List key={`${hook} ${shown}`} tenant={tenant} hook={hook} outcome={shown} />
    </>
  );
}

/** What the hook is for, and where its provider delivers. */
const Address = ({ hook }: { hook: Hook | undefined }) =>
  hook ? (
    <div class="delivery-address">
      {hook.description !== undefined && (
        <p>
          <Plain text={hook.description} />
        </p>
      )}
      <p class="muted">
        {hook.preset} delivers to <CopyText text={apiUrl() + hook.path} label="Copy the URL" />
      </p>
    </div>
  ) : null;

function List({ tenant, hook, outcome }: { tenant: Tenant; hook: string; outcome: Outcome }) {
  const [count, setCount] = useState(1);
  const { data, error, isPending } = usePoll(received(tenant, hook, outcome, count), { slow: true, once: isLong });
  if (isPending) return <Skeleton lines={5} />;
  if (!data) return <NotHere error={error} what="hook" name={hook} />;
  const { deliveries, hasMore } = data;
  return (
    <>
      {deliveries.length === 0 ? (
        <None outcome={outcome} hasMore={hasMore} />
      ) : (
        <Panel title={`${plural(deliveries.length, "delivery", "deliveries")}${hasMore ? " and more" : ""}`}>
          <Table label="Received" columns={columns} rows={deliveries} keyOf={({ id }) => id} />
        </Panel>
      )}
      <ListEnd list={data} onMore={() => setCount(count + 1)} />
    </>
  );
}

const None = ({ outcome, hasMore }: { outcome: Outcome; hasMore: boolean }) =>
  outcome === "" ? (
    <EmptyState title="Nothing was delivered">
      What its provider delivers appears here, once its signature is right, and is kept for 30 days. Whatever has no
      right signature is counted in the log only.
    </EmptyState>
  ) : (
    <EmptyState title={hasMore ? "Nothing found so far" : `No delivery was ${outcome}`}>
      Deliveries are kept for 30 days.
    </EmptyState>
  );

/** What a delivery became: its job or its signal. */
export const Became = ({ delivery: { event, job_id, signal_id } }: { delivery: HookDelivery }) => {
  if (job_id !== undefined)
    return (
      <Link href={`/jobs/${job_id}`}>
        <Plain text={event ?? "See the job"} />
      </Link>
    );
  return signal_id === undefined ? <span class="muted">nothing</span> : <>a signal</>;
};

const columns: Column<HookDelivery>[] = [
  {
    id: "what",
    name: "Delivery",
    cell: (delivery) => (
      <div class="delivery-what">
        <p class="delivery-head">
          <Tag tone={receivedTones[delivery.outcome] ?? "plain"}>{delivery.outcome}</Tag>
          <Link href={addressOfReceived(delivery)}>
            <bdi>{titleOf(delivery)}</bdi>
          </Link>
        </p>
        {refusalOf(delivery) !== undefined && (
          <p class="delivery-why">
            <Plain text={refusalOf(delivery) ?? ""} />
          </p>
        )}
        <p class="delivery-narrow muted">
          <Ago at={delivery.at} />
        </p>
      </div>
    ),
  },
  { id: "became", name: "Became", cell: (delivery) => <Became delivery={delivery} /> },
  { id: "at", name: "Came", wide: true, right: true, cell: ({ at }) => <Ago at={at} /> },
];
