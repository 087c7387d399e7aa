import { useMemo, useState } from "preact/hooks";
import { areMany } from "../../api/many.ts";
import { useCan } from "../../api/me.ts";
import { useProducts } from "../../api/products.ts";
import { Button } from "../../ui/button.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Link } from "../../ui/link.tsx";
import { Menu } from "../../ui/menu.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { useTenant } from "../../ui/tenant-picker.tsx";
import { toast } from "../../ui/toast-store.ts";
import { listOf } from "../../url-state.ts";
import { useUrlState } from "../../use-url-state.ts";
import { BulkDialog } from "./bulk-dialog.tsx";
import type { BulkFilter } from "./bulk-draft.ts";
import { chosenColumns, jobColumns } from "./columns.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { filterOf, isFiltered, type ListFields, listDefaults, queryOf, viewOf, whereOf } from "./filters.ts";
import "./jobs.css";
import { JobTable, NoJobs } from "./job-table.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { useJobList } from "./use-job-list.ts";
import { useSelection } from "./use-selection.ts";

/** The live list of jobs. Of many products and envs it shows one, since the API lists few of them at once. */
export function Jobs() {
  const [fields, change] = useUrlState(listDefaults);
  const products = useProducts();
  if (fields.product) return <JobsOf fields={fields} change={change} />;
  if (products === undefined) return <Skeleton lines={8} />;
  return areMany(products) ? (
    <LatestJobs fields={fields} change={change} />
  ) : (
    <JobsOf fields={fields} change={change} />
  );
}

function LatestJobs({ fields, change }: ActionProps) {
  const tenant = useTenant();
  if (tenant === undefined) return <Skeleton lines={8} />;
  const { product_tag: product, env } = tenant;
  return <JobsOf fields={{ ...fields, product, env }} change={change} />;
}

function JobsOf({ fields, change }: ActionProps) {
  const query = queryOf(fields);
  const of = JSON.stringify(query);
  const list = useJobList(query);
  const selection = useSelection(of);
  const columns = useMemo(() => chosenColumns(listOf(fields.cols)), [fields.cols]);
  const can = useCan();
  const isEmpty = !list.isPending && list.byId.size === 0 && !list.hasMore && !list.error;
  return (
    <div class="jobs-page">
      <PageHeader title="Jobs" actions={<Actions fields={fields} change={change} />} />
      <FilterBar fields={fields} change={change} />
      <ErrorBanner error={list.error} />
      <section class="panel job-panel" aria-label="List of jobs">
        <JobTable
          list={list}
          columns={columns}
          sort={query.order === "desc" && fields.sort === "time" ? "-time" : fields.sort}
          onSort={(sort) => change({ sort })}
          of={of}
          {...(can("jobs:write") && { selection })}
        />
        {isEmpty && <NoJobs view={isFiltered({ ...fields, product: "", env: "" }) ? undefined : viewOf(fields)} />}
      </section>
      <SelectionBar selection={selection} byId={list.byId}>
        {list.hasMore && selection.ids.size >= list.byId.size && <AllThatMatch fields={fields} />}
      </SelectionBar>
    </div>
  );
}

interface ActionProps {
  fields: ListFields;
  change: (changes: Partial<ListFields>) => void;
}

function Actions({ fields, change }: ActionProps) {
  const can = useCan();
  const shown = chosenColumns(listOf(fields.cols)).map(({ id }) => id);
  return (
    <>
      <AllThatMatch fields={fields} />
      <span class="wide-only">
        <Menu label="Columns" icon="columns">
          {jobColumns
            .filter(({ id }) => id !== "event")
            .map(({ id, name }) => (
              <label key={id} class="check">
                <input
                  type="checkbox"
                  checked={shown.includes(id)}
                  onChange={() => change({ cols: columnsAfter(shown, id) })}
                />
                {name}
              </label>
            ))}
        </Menu>
      </span>
      <ExportMenu fields={fields} />
      {can("jobs:write") && (
        <Link href="/new" class="button button-primary">
          New job
        </Link>
      )}
    </>
  );
}

/** In our order; the standard choice is no choice, so that the address stays short. */
function columnsAfter(shown: string[], id: string): string {
  const next = jobColumns.filter((column) => (column.id === id ? !shown.includes(id) : shown.includes(column.id)));
  const isStandard = jobColumns.every((column) => next.includes(column) === (column.standard ?? false));
  return isStandard ? "" : next.map((column) => column.id).join(",");
}

/** A change of all that match is of one product: the one of the filter, or the only one. And of one value, if it is of any. */
function AllThatMatch({ fields }: { fields: ListFields }) {
  const [isOpen, setOpen] = useState(false);
  const products = useProducts();
  const can = useCan();
  const filter = filterOf(fields);
  const where = whereOf(fields);
  const product_tag = filter.product_tag ?? (products?.length === 1 ? products[0]?.tag : undefined);
  if (Object.keys(where ?? {}).length > 1 || !can("jobs:write", { product_tag, env: filter.env })) return null;
  return (
    <>
      <Button
        title="Retry, cancel or move every job of these filters"
        onClick={() =>
          product_tag === undefined
            ? toast("Choose a product first: an operation is of one product.", "bad")
            : setOpen(true)
        }
      >
        All that match
      </Button>
      {isOpen && product_tag !== undefined && (
        <BulkDialog
          filter={{ ...filter, ...(where && { where }), product_tag } as BulkFilter & { product_tag: string }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
