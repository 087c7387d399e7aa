import { useState } from "preact/hooks";
import type { Webhook, WebhookDelivery } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { usePoll } from "../../api/use-poll.ts";
import { webhooksOf } from "../../api/webhooks.ts";
import { Tag } from "../../ui/badge.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Select } from "../../ui/field.tsx";
import { plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { Ago } from "../../ui/time.tsx";
import { byUrgency } from "../../webhook/words.ts";
import type { ListProps } from "./fields.ts";
import { ListEnd } from "./list-end.tsx";
import { NotHere } from "./not-here.tsx";
import { isLong, pageSize, readPages, type Shown } from "./read-pages.ts";
import { addressOfSent, attemptWords, sentNames, sentTones } from "./words.ts";

type Outcome = WebhookDelivery["outcome"] | "";

const sent = defineQuery(
  "sent",
  (tenant: Tenant, webhook: string, outcome: Outcome, count: number): Promise<Shown<WebhookDelivery>> => {
    const pages = ductape().webhooks.deliveries({ ...tenant, webhook, limit: pageSize, outcome: outcome || undefined });
    return readPages((cursor) => pages.page(cursor), count);
  },
);

/** What was sent to one endpoint. */
export function SentList({ tenant, fields: { of, outcome }, change }: ListProps) {
  const { data, error } = usePoll(webhooksOf(tenant), { once: true });
  if (!data) return error ? <ErrorBanner error={error} /> : <Skeleton lines={5} />;
  const webhooks = byUrgency(data);
  const names = webhooks.map(({ webhook }) => webhook);
  // What was sent to an endpoint is there although the catalog has lost it.
  const webhook = of || names[0];
  if (webhook === undefined)
    return (
      <EmptyState title="No webhook here">
        Endpoints belong to the catalog: write <code>webhooks</code> of the product, then deploy.
      </EmptyState>
    );
  const shown = sentNames.find(([name]) => name === outcome)?.[0] ?? "";
  return (
    <>
      <div class="delivery-line">
        <Select
          label="Webhook"
          value={webhook}
          options={names.includes(webhook) ? names : [...names, webhook]}
          onChange={(next) => change({ of: next })}
        />
        <Select label="Outcome" value={shown} options={sentNames} onChange={(next) => change({ outcome: next })} />
      </div>
      <Disabled webhook={webhooks.find((one) => one.webhook === webhook)} />
      <List key={`${webhook} ${shown}`} tenant={tenant} webhook={webhook} outcome={shown} />
    </>
  );
}

/** Why nothing arrives, where that is so. */
const Disabled = ({ webhook }: { webhook: Webhook | undefined }) =>
  webhook?.state === "disabled" ? (
    <p class="banner banner-bad">
      <span>
        This endpoint is disabled: nothing is sent to it. It is enabled under{" "}
        <Link href="/keys">Keys and webhooks</Link>.
      </span>
    </p>
  ) : null;

function List({ tenant, webhook, outcome }: { tenant: Tenant; webhook: string; outcome: Outcome }) {
  const [count, setCount] = useState(1);
  const { data, error, isPending } = usePoll(sent(tenant, webhook, outcome, count), {
    once: isLong,
    slow: ({ deliveries }) => !deliveries.some((one) => one.outcome === "retrying"),
  });
  if (isPending) return <Skeleton lines={5} />;
  if (!data) return <NotHere error={error} what="webhook" name={webhook} />;
  const { deliveries, hasMore } = data;
  return (
    <>
      {deliveries.length === 0 ? (
        <None outcome={outcome} hasMore={hasMore} />
      ) : (
        <Panel title={`${plural(deliveries.length, "delivery", "deliveries")}${hasMore ? " and more" : ""}`}>
          <Table label="Sent" columns={columns} rows={deliveries} keyOf={({ id }) => id} />
        </Panel>
      )}
      <ListEnd list={data} onMore={() => setCount(count + 1)} />
    </>
  );
}

const None = ({ outcome, hasMore }: { outcome: Outcome; hasMore: boolean }) =>
  outcome === "" ? (
    <EmptyState title="Nothing was sent">
      Each event of a job that the endpoint asks for appears here with its attempts, and is kept for 30 days.
    </EmptyState>
  ) : (
    <EmptyState title={hasMore ? "Nothing found so far" : `No delivery is ${outcome}`}>
      Deliveries are kept for 30 days after their last attempt.
    </EmptyState>
  );

/** How far a delivery has come: its last attempt, and when the next one is. */
const Progress = ({ delivery: { attempts, next_at, outcome } }: { delivery: WebhookDelivery }) => {
  const last = attempts.at(-1);
  return (
    <>
      {last === undefined ? "No attempt" : `${plural(attempts.length, "attempt")}, the last: ${attemptWords(last)}`}
      {outcome === "retrying" && next_at !== undefined && (
        <>
          , next <Ago at={next_at} />
        </>
      )}
    </>
  );
};

const columns: Column<WebhookDelivery>[] = [
  {
    id: "what",
    name: "Delivery",
    cell: (delivery) => (
      <div class="delivery-what">
        <p class="delivery-head">
          <Tag tone={sentTones[delivery.outcome] ?? "plain"}>{delivery.outcome}</Tag>
          <Link href={addressOfSent(delivery)}>{delivery.type}</Link>
        </p>
        <p class="delivery-why">
          <Progress delivery={delivery} />
        </p>
        <p class="delivery-narrow muted">
          <Ago at={delivery.at} />
        </p>
      </div>
    ),
  },
  {
    id: "job",
    name: "About",
    cell: ({ job_id }) =>
      job_id === undefined ? <span class="muted">no job</span> : <Link href={`/jobs/${job_id}`}>See the job</Link>,
  },
  { id: "at", name: "Happened", wide: true, right: true, cell: ({ at }) => <Ago at={at} /> },
];
