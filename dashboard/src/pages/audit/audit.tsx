import { useEffect, useState } from "preact/hooks";
import type { AuditAction, AuditEntry, AuditPage } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { useCan, useMe } from "../../api/me.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Segments, Select, TextField } from "../../ui/field.tsx";
import { plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { type Tenant, TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { useUrlState } from "../../use-url-state.ts";
import { aboutActor, actionName, actionNames, changedFields, isJobId, isOperationId, isTime, whoOf } from "./words.ts";
import "./audit.css";

const defaults = { of: "tenant", action: "", actor: "", target: "" };
const pageSize = 50;
/** How many pages are read for one list, however few changes match. */
const mostPages = 10;

const scopes = [
  ["tenant", "This product and env"],
  ["all", "Everything"],
] as const;
const actions = [["", "Anything"], ...Object.entries(actionNames)] as [string, string][];
const isAction = (text: string): text is AuditAction => Object.hasOwn(actionNames, text);

interface Filter {
  action?: AuditAction;
  actor?: string;
  target?: string;
}

/** Who has changed what. */
export function Audit() {
  const tenant = useTenant();
  const [{ of, action, actor, target }, change] = useUrlState(defaults);
  const can = useCan();
  const isKnown = useMe() !== undefined;
  // A key that reads nothing but the audit sees no products to choose from.
  const readsJobs = can("jobs:read");
  const isAll = of === "all" || (isKnown && !readsJobs);
  const filter = {
    ...(isAction(action) && { action }),
    ...(actor.trim() !== "" && { actor: actor.trim() }),
    ...(target.trim() !== "" && { target: target.trim() }),
  };
  const where = isAll ? {} : tenant;
  return (
    <>
      <PageHeader
        title="Audit"
        actions={
          <>
            {readsJobs && (
              <Segments
                label="Of what"
                value={isAll ? "all" : "tenant"}
                options={scopes}
                onChange={(next) => change({ of: next })}
              />
            )}
            {!isAll && <TenantPicker tenant={tenant} />}
          </>
        }
      >
        What callers have changed, the latest first. Who has made a job is shown with the job.
      </PageHeader>
      {isKnown && !can("audit:read") ? (
        <EmptyState title="This key does not show it">
          The audit is for keys with <code>audit:read</code>, which the role admin has.
        </EmptyState>
      ) : (
        <>
          <div class="audit-filters">
            <Select
              label="What was done"
              value={isAction(action) ? action : ""}
              options={actions}
              onChange={(next) => change({ action: next })}
            />
            <Words
              label="Who"
              value={actor}
              placeholder="name, address or key id"
              onSettled={(next) => change({ actor: next })}
            />
            <Words label="Target" value={target} placeholder="job_…" onSettled={(next) => change({ target: next })} />
          </div>
          {where && isKnown ? (
            <List key={JSON.stringify([where, filter])} where={where} filter={filter} />
          ) : (
            <Skeleton lines={5} />
          )}
        </>
      )}
    </>
  );
}

/** How long after the last letter a filter is applied: the API is not asked for each of them. */
const settledMs = 300;

interface WordsProps {
  label: string;
  value: string;
  placeholder: string;
  onSettled: (value: string) => void;
}

/** A filter that is written. */
function Words({ value, onSettled, ...field }: WordsProps) {
  const [draft, write] = useState(value);
  useEffect(() => write(value), [value]);
  useEffect(() => {
    if (draft === value) return;
    const timer = setTimeout(() => onSettled(draft), settledMs);
    return () => clearTimeout(timer);
  }, [draft, value, onSettled]);
  return <TextField {...field} value={draft} onInput={write} />;
}

/** Reads pages until it has `limit` changes, or has looked at enough. */
const changes = defineQuery(
  "audit",
  async (where: Partial<Tenant>, filter: Filter, limit: number): Promise<AuditPage> => {
    const pages = ductape().audit.list({ ...where, ...filter, limit: pageSize });
    const entries: AuditEntry[] = [];
    let page: AuditPage;
    let cursor: string | undefined;
    let read = 0;
    do {
      page = await pages.page(cursor);
      entries.push(...page.entries);
      cursor = page.next_cursor;
      read++;
    } while (cursor !== undefined && entries.length < limit && read < mostPages * (limit / pageSize));
    return { ...page, entries };
  },
);

function List({ where, filter }: { where: Partial<Tenant>; filter: Filter }) {
  const [limit, setLimit] = useState(pageSize);
  const { data, error, isPending } = usePoll(changes(where, filter, limit), { slow: true });
  if (isPending) return <Skeleton lines={5} />;
  if (!data) return <ErrorBanner error={error} />;
  const { entries, looked_back_to, next_cursor } = data;
  const hasMore = next_cursor !== undefined;
  return (
    <>
      {entries.length === 0 ? (
        <EmptyState title={hasMore ? "Nothing found so far" : "Nothing was changed"}>
          {Object.keys(filter).length > 0
            ? "No change matches these filters, which are compared to the letter."
            : "A job that is cancelled, a pause, a pinned limit: each change by a key or a person appears here."}
        </EmptyState>
      ) : (
        <Panel title={`${plural(entries.length, "change")}${hasMore ? " and more" : ""}`}>
          <Table label="Changes" columns={columns} rows={entries} keyOf={({ id }) => id} />
        </Panel>
      )}
      {hasMore && (
        <div class="audit-head">
          <Button onClick={() => setLimit(limit + pageSize)}>
            {looked_back_to === undefined ? "Show more" : "Look further back"}
          </Button>
          {looked_back_to !== undefined && (
            <p class="muted">
              Looked back to <Time at={looked_back_to} />.
            </p>
          )}
        </div>
      )}
    </>
  );
}

const Value = ({ field, value }: { field: string; value: unknown }) => {
  if (value === undefined) return <span class="muted">none</span>;
  if (isTime(field, value)) return <Time at={value} />;
  return <Plain text={typeof value === "string" ? value : JSON.stringify(value)} />;
};

const Change = ({ entry }: { entry: AuditEntry }) => (
  <>
    {entry.reason !== undefined && (
      <p>
        <q>
          <Plain text={entry.reason} />
        </q>
      </p>
    )}
    {changedFields(entry).map(({ field, before, after }) => (
      <p key={field}>
        <span class="muted">{field}</span> <Value field={field} value={before} /> →{" "}
        <Value field={field} value={after} />
      </p>
    ))}
    {(entry.jobs?.length ?? 0) > 0 && <Jobs ids={entry.jobs ?? []} />}
  </>
);

const shownJobs = 3;

const Jobs = ({ ids }: { ids: readonly string[] }) => (
  <p>
    <span class="muted">{plural(ids.length, "job")}</span>{" "}
    {ids.slice(0, shownJobs).map((id) => (
      <span key={id}>
        <Link href={`/jobs/${id}`}>{shortId(id)}</Link>{" "}
      </span>
    ))}
    {ids.length > shownJobs && <span class="muted">and {ids.length - shownJobs} more</span>}
  </p>
);

const shortId = (id: string): string => (isJobId(id) ? `${id.slice(0, 8)}…${id.slice(-6)}` : id);

const Where = ({ product_tag, env, envs }: AuditEntry) => (
  <span class="muted">
    {product_tag === undefined ? "the deployment" : `${product_tag} ${env ?? envs?.join(", ") ?? "every env"}`}
  </span>
);

const columns: Column<AuditEntry>[] = [
  {
    id: "what",
    name: "What",
    cell: (entry) => (
      <div class="audit-what">
        <p class="audit-head">
          <Tag>{actionName(entry.action)}</Tag>
          {isJobId(entry.target) ? (
            <Link href={`/jobs/${entry.target}`}>{shortId(entry.target)}</Link>
          ) : isOperationId(entry.target) ? (
            <Link href={`/operations/${entry.target}`}>{entry.target}</Link>
          ) : (
            <Plain text={entry.target} />
          )}
        </p>
        <p>
          <Where {...entry} />
        </p>
        <div class="audit-narrow">
          <Change entry={entry} />
          <p class="muted">
            <Ago at={entry.at} />
          </p>
        </div>
      </div>
    ),
  },
  {
    id: "who",
    name: "Who",
    cell: (entry) => (
      <div class="audit-who">
        <p>
          <Plain text={whoOf(entry)} />
        </p>
        <p class="muted">
          <Plain text={aboutActor(entry)} />
        </p>
      </div>
    ),
  },
  {
    id: "change",
    name: "Before and after",
    wide: true,
    cell: (entry) => (
      <div class="audit-change">
        <Change entry={entry} />
      </div>
    ),
  },
  { id: "at", name: "When", wide: true, cell: ({ at }) => <Time at={at} /> },
];
