import { memo } from "preact/compat";
import { useRef, useState } from "preact/hooks";
import type { JobSummary } from "../../../../sdk/src/index.ts";
import { useNow } from "../../api/clock.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { count } from "../../ui/format.ts";
import { Icon } from "../../ui/icons.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Time } from "../../ui/time.tsx";
import { useNarrow } from "../../ui/use-media.ts";
import { VirtualRows } from "../../ui/virtual-rows.tsx";
import { type JobColumn, NarrowJob } from "./columns.tsx";
import type { ViewId } from "./filters.ts";
import { canSort, nextSort } from "./sort.ts";
import { useHeldOrder } from "./use-held-order.ts";
import type { JobList } from "./use-job-list.ts";
import { useRowKeys } from "./use-row-keys.ts";
import type { Selection } from "./use-selection.ts";

interface Props {
  list: JobList;
  columns: JobColumn[];
  sort: string;
  onSort: (sort: string) => void;
  /** What the list shows: another filter begins at its top. */
  of: string;
  selection?: Selection;
}

/** The live table. It is held while the pointer is on it or it is scrolled, and says how many new rows wait. */
export function JobTable({ list, columns, sort, onSort, of, selection }: Props) {
  const now = useNow(1_000);
  const narrow = useNarrow();
  const [isOver, setOver] = useState(false);
  const [atTop, setAtTop] = useState(true);
  const [released, setReleased] = useState(0);
  const table = useRef<HTMLDivElement>(null);
  useRowKeys(table);
  const held = (isOver || !atTop) && released === 0;
  const { ids, news } = useHeldOrder(list, sort, `${of} ${sort}`, held, now);
  if (released !== 0) setReleased(0);
  if (list.isPending) return <Skeleton lines={8} />;
  if (ids.length === 0 && !list.hasMore) return null;
  return (
    <div
      ref={table}
      class="job-table"
      onPointerEnter={(event) => setOver(event.pointerType === "mouse")}
      onPointerLeave={() => setOver(false)}
    >
      {news > 0 && (
        <button type="button" class="news" onClick={() => setReleased(1)}>
          {news} new
          <Icon name="up" />
        </button>
      )}
      <div class="job-rows" style={{ "--columns": gridOf(columns, narrow, selection !== undefined) }}>
        <VirtualRows
          key={of}
          label="Jobs"
          rows={ids}
          keyOf={(id) => id}
          height={narrow ? 58 : 36}
          onPlace={(first, { top, end }) => {
            setAtTop(top);
            list.see(first);
            list.want(end);
          }}
          rowClass={(id) => (selection?.has(id) ? "selected" : "")}
          head={<Head columns={columns} narrow={narrow} sort={sort} onSort={onSort} ids={ids} selection={selection} />}
          foot={<Foot list={list} />}
        >
          {(id) => {
            const job = list.byId.get(id);
            if (!job) return null;
            return (
              <JobCells
                job={job}
                columns={columns}
                narrow={narrow}
                now={job.status === "running" ? now : 0}
                isTicked={selection?.has(id) ?? false}
                onTick={selection?.toggle}
              />
            );
          }}
        </VirtualRows>
      </div>
    </div>
  );
}

/** How far the list has come, and how to stop a search for jobs that are few, or to let it go on. */
function Foot({ list }: { list: JobList }) {
  const { hasMore, isLoadingMore, isStopped, searched, lookedBackTo, byId } = list;
  const found =
    byId.size === 0 ? "none matches so far" : `${count(byId.size)} of them ${byId.size === 1 ? "matches" : "match"}`;
  return (
    <div class="list-end">
      <span role="status">
        {!hasMore && "End of the list"}
        {searched !== undefined && (
          <>
            Searched {count(searched)} jobs
            {lookedBackTo !== undefined && (
              <>
                {" "}
                up to <Time at={lookedBackTo} />
              </>
            )}
            : {found}
          </>
        )}
        {searched === undefined && isLoadingMore && "Loading more"}
      </span>
      {hasMore && isStopped && <Button onClick={list.goOn}>Go on</Button>}
      {hasMore && !isStopped && searched !== undefined && <Button onClick={list.stop}>Stop</Button>}
    </div>
  );
}

interface CellsProps {
  job: JobSummary;
  columns: JobColumn[];
  narrow: boolean;
  /** Epoch milliseconds; the same for a job that does not run, which then need not be drawn anew. */
  now: number;
  isTicked: boolean;
  onTick: ((id: string) => void) | undefined;
}

const JobCells = memo(({ job, columns, narrow, now, isTicked, onTick }: CellsProps) => (
  <>
    {onTick && (
      <td class="tick">
        <input
          type="checkbox"
          aria-label={`Select ${job.event} ${job.job_id}`}
          checked={isTicked}
          onChange={() => onTick(job.job_id)}
        />
      </td>
    )}
    {narrow ? (
      <td>
        <NarrowJob job={job} now={now} />
      </td>
    ) : (
      columns.map((column) => (
        <td key={column.id} class={column.right ? "right" : ""}>
          {column.cell(job, now)}
        </td>
      ))
    )}
  </>
));

const gridOf = (columns: JobColumn[], narrow: boolean, ticks: boolean): string =>
  [...(ticks ? ["14px"] : []), ...(narrow ? ["minmax(0, 1fr)"] : columns.map(({ width }) => width))].join(" ");

interface HeadProps extends Pick<Props, "columns" | "sort" | "onSort"> {
  narrow: boolean;
  ids: string[];
  selection: Selection | undefined;
}

function Head({ columns, narrow, sort, onSort, ids, selection }: HeadProps) {
  const all = ids.length > 0 && selection !== undefined && ids.every(selection.has);
  return (
    <>
      {selection && (
        <th scope="col" class="tick">
          <input
            type="checkbox"
            aria-label="Select all loaded jobs"
            checked={all}
            onChange={() => selection.set(all ? [] : ids)}
          />
        </th>
      )}
      {narrow ? (
        <th scope="col">Jobs</th>
      ) : (
        columns.map((column) => <ColumnHead key={column.id} column={column} sort={sort} onSort={onSort} />)
      )}
    </>
  );
}

function ColumnHead({ column, sort, onSort }: { column: JobColumn } & Pick<Props, "sort" | "onSort">) {
  const { id } = column;
  const by = sort === id ? "ascending" : sort === `-${id}` ? "descending" : "none";
  return (
    <th scope="col" class={column.right ? "right" : ""} {...(by !== "none" && { "aria-sort": by as "ascending" })}>
      {canSort(id) ? (
        <button
          type="button"
          class="sort"
          title="Sort the rows that are loaded"
          onClick={() => onSort(nextSort(sort, id))}
        >
          {column.name}
          {by !== "none" && <Icon name={by === "ascending" ? "up" : "down"} />}
        </button>
      ) : (
        column.name
      )}
    </th>
  );
}

const nothing = {
  activity: ["Nothing has run yet", "What waits for its time is under Upcoming."],
  upcoming: ["Nothing is to come", "What has run is under Activity."],
  all: ["No jobs yet", "Schedule one, and it appears here as soon as it is accepted."],
} as const;

export const NoJobs = ({ view }: { view: ViewId | undefined }) => {
  const [title, text] = view === undefined ? ["No job matches", "Change or clear the filters."] : nothing[view];
  return <EmptyState title={title}>{text}</EmptyState>;
};
