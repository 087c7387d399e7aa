import { useState } from "preact/hooks";
import type { Incident, IncidentPage, IncidentState } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { useOpenIncidents } from "../../api/incidents.ts";
import { query } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Select } from "../../ui/field.tsx";
import { count, plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { type Tenant, TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import { Ago } from "../../ui/time.tsx";
import { useUrlState } from "../../use-url-state.ts";
import { openElsewhere, stateNames, titleOf, toneOf } from "./words.ts";
import "./incidents.css";

const defaults = { state: "open" };
const pageSize = 50;
const isState = (text: string): text is IncidentState | "" => stateNames.some(([state]) => state === text);

/** What goes wrong in a product with alerts, and what did: once, and not once for each job. */
export function Incidents() {
  const tenant = useTenant();
  const [{ state: asked }, change] = useUrlState(defaults);
  const state = isState(asked) ? asked : "open";
  const actions = (
    <>
      <Select quiet label="State" value={state} options={stateNames} onChange={(next) => change({ state: next })} />
      <TenantPicker tenant={tenant} />
    </>
  );
  return (
    <>
      <PageHeader title="Incidents" actions={actions}>
        What goes wrong where a product has alerts, one line for each cause. What failed last comes first.
      </PageHeader>
      {tenant ? (
        <>
          <Elsewhere tenant={tenant} />
          <List key={`${tenant.product_tag} ${tenant.env} ${state}`} tenant={tenant} state={state} />
        </>
      ) : (
        <Skeleton lines={5} />
      )}
    </>
  );
}

/** Reads pages until it has `limit` incidents. */
const incidentsOf = defineQuery(
  "incidents",
  async (tenant: Tenant, state: IncidentState | "", limit: number): Promise<IncidentPage> => {
    const pages = ductape().incidents.list({ ...tenant, ...(state !== "" && { state }), limit: pageSize });
    const incidents: Incident[] = [];
    let page: IncidentPage;
    let cursor: string | undefined;
    do {
      page = await pages.page(cursor);
      incidents.push(...page.incidents);
      cursor = page.next_cursor;
    } while (cursor !== undefined && incidents.length < limit);
    return { ...page, incidents };
  },
);

function List({ tenant, state }: { tenant: Tenant; state: IncidentState | "" }) {
  const [limit, setLimit] = useState(pageSize);
  const { data, error, isPending } = usePoll(incidentsOf(tenant, state, limit), {
    slow: ({ incidents }) => incidents.length > pageSize || !incidents.some((one) => one.state === "open"),
  });
  if (isPending) return <Skeleton lines={5} />;
  if (!data) return <ErrorBanner error={error} />;
  const { incidents, examined, next_cursor } = data;
  const hasMore = next_cursor !== undefined;
  return (
    <>
      {incidents.length === 0 ? (
        <None state={state} />
      ) : (
        <Panel title={`${plural(incidents.length, "incident")}${hasMore ? " and more" : ""}`}>
          <Table label="Incidents" columns={columns} rows={incidents} keyOf={({ id }) => id} />
        </Panel>
      )}
      {hasMore && (
        <div>
          <Button onClick={() => setLimit(limit + pageSize)}>Show more</Button>
        </div>
      )}
      {examined !== undefined && (
        <p class="muted">Only {plural(examined, "incident")} of this product and env were looked at: it has more.</p>
      )}
    </>
  );
}

const None = ({ state }: { state: IncidentState | "" }) =>
  state === "open" ? (
    <EmptyState title="Nothing goes wrong here">
      An attempt that fails for a new cause opens an incident, if the product has <code>alerts</code> for this env.
      Failures without one are under <Link href="/errors">Errors</Link>.
    </EmptyState>
  ) : (
    <EmptyState title={state === "" ? "There are no incidents" : `No incident is ${state}`}>
      One is kept for 90 days after it was last seen.
    </EmptyState>
  );

/** The badge counts all that the key reads: what is not in this list is one click away. */
function Elsewhere({ tenant }: { tenant: Tenant }) {
  const { open = [], hasMore } = useOpenIncidents();
  const found = openElsewhere(open, tenant);
  if (found.length === 0) return null;
  return (
    <p class="incidents-elsewhere muted">
      Open elsewhere:
      {found.map(({ product_tag, env, count: n }) => (
        <Link key={`${product_tag} ${env}`} href={`/incidents${query({ product: product_tag, env })}`}>
          {product_tag} {env} ({count(n)}
          {hasMore && "+"})
        </Link>
      ))}
    </p>
  );
}

const columns: Column<Incident>[] = [
  {
    id: "what",
    name: "What fails",
    cell: (incident) => (
      <div class="incident-what">
        <p class="incident-head">
          <Tag tone={toneOf[incident.state] ?? "plain"}>{incident.state}</Tag>
          <Link href={`/incidents/${incident.id}${query({ product: incident.product_tag, env: incident.env })}`}>
            <bdi>{titleOf(incident)}</bdi>
          </Link>
        </p>
        <p class="muted">
          {incident.event}
          <span class="incident-last">
            {incident.event !== undefined && ", "}last <Ago at={incident.last_at} />
          </span>
        </p>
      </div>
    ),
  },
  {
    id: "failing",
    name: "Since opened",
    right: true,
    cell: ({ failing }) => <span class="num">{count(failing)}</span>,
  },
  { id: "count", name: "In all", right: true, cell: ({ count: all }) => <span class="num">{count(all)}</span> },
  { id: "first", name: "First", wide: true, cell: ({ first_at }) => <Ago at={first_at} /> },
  { id: "last", name: "Last", wide: true, cell: ({ last_at }) => <Ago at={last_at} /> },
];
