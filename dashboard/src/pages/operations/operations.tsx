import { useState } from "preact/hooks";
import type { Operation } from "../../../../sdk/src/index.ts";
import { operationsOf } from "../../api/operations.ts";
import { useProducts } from "../../api/products.ts";
import { usePoll } from "../../api/use-poll.ts";
import { actorOf } from "../../job/states.ts";
import { goesOn } from "../../operation/states.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Segments, Select } from "../../ui/field.tsx";
import { plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { nameOf, useTenant } from "../../ui/tenant-picker.tsx";
import { Ago } from "../../ui/time.tsx";
import { useUrlState } from "../../use-url-state.ts";
import { FilterLine } from "./filter-line.tsx";
import "./operations.css";
import { Progress } from "./progress.tsx";
import { stateOf, titleOf, toneOf } from "./words.ts";

const defaults = { product: "", env: "", counts: "" };
const pageSize = 20;

const shown = [
  ["", "Changes"],
  ["true", "Counts too"],
] as const;

/** Changes of many jobs that go on by themselves, and those that have ended. They are of a product, whichever env its page is on. */
export function Operations() {
  const [{ counts }, change] = useUrlState(defaults);
  const product = useTenant()?.product_tag;
  const products = useProducts() ?? [];
  const withCounts = counts === "true";
  return (
    <>
      <PageHeader
        title="Operations"
        actions={
          <>
            <Segments
              label="Which operations"
              value={withCounts ? "true" : ""}
              options={shown}
              onChange={(next) => change({ counts: next })}
            />
            {products.length > 1 && product !== undefined && (
              <Select
                quiet
                label="Product"
                value={product}
                options={products.map(nameOf)}
                onChange={(next) => change({ product: next, env: "" })}
              />
            )}
          </>
        }
      >
        Changes of many jobs, which go on by themselves at a rate. The latest comes first.
      </PageHeader>
      {product === undefined ? (
        <Skeleton lines={5} />
      ) : (
        <List key={`${product} ${withCounts}`} product={product} withCounts={withCounts} />
      )}
    </>
  );
}

function List({ product, withCounts }: { product: string; withCounts: boolean }) {
  const [limit, setLimit] = useState(pageSize);
  const { data, error, isPending } = usePoll(operationsOf(product, withCounts, limit), {
    slow: ({ operations }) => !operations.some(goesOn),
  });
  if (isPending) return <Skeleton lines={5} />;
  if (!data) return <ErrorBanner error={error} />;
  const { operations, counts, hasMore } = data;
  return (
    <>
      {operations.length === 0 ? (
        <EmptyState title={hasMore ? "None found so far" : "No operation was made here"}>
          Filter the <Link href="/jobs">jobs</Link> and choose <q>All that match</q> to retry, cancel or move them at a
          rate, however many they are. An operation is kept for 90 days after its end, and shown to keys that reach all
          of its envs.
        </EmptyState>
      ) : (
        <Panel title={`${plural(operations.length, "operation")}${hasMore ? " and more" : ""}`}>
          <Table label="Operations" columns={columns} rows={operations} keyOf={({ operation_id: id }) => id} />
        </Panel>
      )}
      {hasMore && (
        <div>
          <Button onClick={() => setLimit(limit + pageSize)}>Show more</Button>
        </div>
      )}
      {counts > 0 && (
        <p class="muted">
          {plural(counts, "operation")} that only counted jobs, as a change does before it is asked for, left out.
        </p>
      )}
    </>
  );
}

const By = ({ operation: { made_by } }: { operation: Operation }) => <Plain text={actorOf(made_by) ?? "unknown"} />;

const columns: Column<Operation>[] = [
  {
    id: "what",
    name: "What",
    cell: (operation) => {
      const { operation_id: id, product_tag, envs, reason, created_at } = operation;
      return (
        <div class="operation-what">
          <p class="operation-head">
            <Link href={`/operations/${id}?product=${encodeURIComponent(product_tag)}`}>{titleOf(operation)}</Link>
            <Tag tone={toneOf(operation)}>{stateOf(operation)}</Tag>
          </p>
          {reason !== undefined && (
            <p>
              <q>
                <Plain text={reason} />
              </q>
            </p>
          )}
          <p class="muted">
            {envs.join(", ")}: <FilterLine operation={operation} />
          </p>
          <div class="operation-narrow">
            <Progress operation={operation} label={titleOf(operation)} />
            <p class="muted">
              <Ago at={created_at} /> by <By operation={operation} />
            </p>
          </div>
        </div>
      );
    },
  },
  {
    id: "progress",
    name: "Progress",
    wide: true,
    cell: (operation) => <Progress operation={operation} label={titleOf(operation)} />,
  },
  {
    id: "rate",
    name: "Rate",
    wide: true,
    right: true,
    cell: ({ rate_per_second: rate }) => <span class="num">{rate}/s</span>,
  },
  {
    id: "by",
    name: "Made by",
    wide: true,
    cell: (operation) => (
      <div class="operation-by">
        <By operation={operation} />
      </div>
    ),
  },
  { id: "at", name: "When", wide: true, cell: ({ created_at }) => <Ago at={created_at} /> },
];
