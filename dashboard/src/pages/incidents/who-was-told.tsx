import type { Incident, JobSummary } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { query } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { JobStatusBadge } from "../../job/status-badge.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { receiverOf, saidBy } from "./words.ts";

const shown = 8;

const labelOf = (id: string): string => `incident:${id}`;

type Name = Pick<Incident, "product_tag" | "env" | "id">;

const messages = defineQuery("incident-messages", ({ product_tag, env, id }: Name) =>
  ductape()
    .jobs.list({ product_tag, env, label: labelOf(id), limit: shown })
    .page(),
);

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
export function WhoWasTold({ incident: { product_tag, env, id, state } }: { incident: Incident }) {
  const { data } = usePoll(messages({ product_tag, env, id }), { slow: state !== "open" });
  const all = `/jobs${query({ product: product_tag, env, label: labelOf(id) })}`;
  return (
    <Panel title="Who was told" actions={<Link href={all}>All messages</Link>}>
      {!data && <Skeleton lines={2} />}
      {data?.jobs.length === 0 && <p class="panel-body muted">Nobody was told of it.</p>}
      {data && data.jobs.length > 0 && (
        <Table label="Messages to receivers" columns={columns} rows={data.jobs} keyOf={({ job_id }) => job_id} />
      )}
    </Panel>
  );
}
