import { useState } from "preact/hooks";
import type { Incident, JobSummary } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { query } from "../../api/request.ts";
import { searchPages } from "../../api/search-pages.ts";
import { usePoll } from "../../api/use-poll.ts";
import { JobStatusBadge } from "../../job/status-badge.tsx";
import { Button } from "../../ui/button.tsx";
import { count } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { receiverOf, saidBy } from "./words.ts";

const shown = 8;
/** The API looks at a thousand jobs for each. */
const pagesAtOnce = 2;

const labelOf = (id: string): string => `incident:${id}`;

type Name = Pick<Incident, "product_tag" | "env" | "id">;

/** The clocks of two functions may differ: a message may seem to be a little older than what it tells of. */
const clocksApartMs = 60_000;

/** The latest of them. They have to be looked for among all jobs, which are very many while much fails. */
const messages = defineQuery("incident-messages", (name: Name, since: number, mostPages: number) => {
  const { product_tag, env, id } = name;
  const from = since - clocksApartMs;
  const list = ductape().jobs.list({ product_tag, env, label: labelOf(id), from, limit: shown });
  const read = async (cursor: string | undefined) => {
    const { jobs: items, ...page } = await list.page(cursor);
    return { items, ...page };
  };
  return searchPages(read, { wanted: shown, mostPages });
});

const columns: Column<JobSummary>[] = [
  {
    id: "receiver",
    name: "Receiver",
    cell: ({ job_id, event }) => (
      <Link class="strong-link" href={`/jobs/${job_id}`}>
        {receiverOf(event)}
      </Link>
    ),
  },
  { id: "said", name: "Message", cell: saidBy },
  { id: "at", name: "Told", cell: ({ finished_at, scheduled_at }) => <Time at={finished_at ?? scheduled_at} /> },
  { id: "status", name: "Status", cell: (job) => <JobStatusBadge job={job} /> },
];

/** The messages of an incident, the latest first: to which receiver, what it said, and whether it has arrived. */
export function WhoWasTold({ incident: { product_tag, env, id, first_at } }: { incident: Incident }) {
  const [pages, setPages] = useState(pagesAtOnce);
  const { data, isFetching } = usePoll(messages({ product_tag, env, id }, first_at, pages), {
    slow: true,
    once: () => pages > pagesAtOnce,
  });
  const all = `/jobs${query({ product: product_tag, env, label: labelOf(id) })}`;
  return (
    <Panel title="Who was told" actions={<Link href={all}>All messages</Link>}>
      {!data && <Skeleton lines={2} />}
      {data?.items.length === 0 && !data.hasMore && <p class="panel-body muted">Nobody was told of it.</p>}
      {data && data.items.length > 0 && (
        <Table label="Messages to receivers" columns={columns} rows={data.items} keyOf={({ job_id }) => job_id} />
      )}
      {data?.hasMore && data.items.length < shown && (
        <div class="panel-body row">
          <span class="muted" role="status">
            {data.items.length === 0 ? "No message" : "No more"} among the {count(data.examined)} jobs that were looked
            at
            {data.lookedBackTo !== undefined && (
              <>
                , back to <Time at={data.lookedBackTo} />
              </>
            )}
            .
          </span>
          <Button busy={isFetching} onClick={() => setPages(pages + pagesAtOnce)}>
            Look further back
          </Button>
        </div>
      )}
    </Panel>
  );
}
