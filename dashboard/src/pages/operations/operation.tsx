import { useEffect, useState } from "preact/hooks";
import { useParams } from "wouter";
import { NotFoundError } from "../../../../sdk/src/errors.ts";
import type { NotChanged, NotChangedPage, Operation } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { useCan } from "../../api/me.ts";
import { operationOf } from "../../api/operations.ts";
import { usePoll } from "../../api/use-poll.ts";
import { actorOf } from "../../job/states.ts";
import { goesOn, isOver, onlyCounts } from "../../operation/states.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyText } from "../../ui/copy-button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { count, duration, plural, roughly, shortId } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Moment } from "../../ui/moment.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Fact, Facts, Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { PageSkeleton, Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { FilterLine } from "./filter-line.tsx";
import "./operations.css";
import { Progress } from "./progress.tsx";
import { SteerActions } from "./steer-actions.tsx";
import { canaryStateOf, leftMs, meaningOf, remedies, stateOf, titleOf, toneOf } from "./words.ts";

/** One operation: how far it is, what it left out and why, and what can be done with it. */
export function OperationPage() {
  const { id = "" } = useParams<{ id: string }>();
  const { data: operation, error } = usePoll(operationOf(id), { isFinal: (one) => !goesOn(one), slow: isOver });
  if (!operation) {
    if (error instanceof NotFoundError) return <Gone id={id} />;
    return error ? <ErrorBanner error={error} /> : <PageSkeleton />;
  }
  const { product_tag, envs, operation_id } = operation;
  return (
    <>
      <PageHeader title={titleOf(operation)} actions={<SteerActions operation={operation} />}>
        <span class="operation-line">
          <Tag tone={toneOf(operation)}>{stateOf(operation)}</Tag>
          <span>
            {product_tag} {envs.join(", ")}
          </span>
          <CopyText text={operation_id} label="Copy the id" />
        </span>
      </PageHeader>
      <Why operation={operation} />
      <Summary operation={operation} />
      <Canary operation={operation} />
      <NotChangedJobs operation={operation} />
    </>
  );
}

/** Why it waits for somebody, or has ended by itself. */
function Why({ operation: { state, paused, why = paused?.why, detail = paused?.detail } }: { operation: Operation }) {
  if (why === undefined) return null;
  return (
    <div class={`banner ${state === "halted" || state === "refused" ? "banner-bad" : "banner-warn"}`} role="status">
      <p>
        <code class="banner-code">{why}</code> {detail}
      </p>
      <p class="banner-note">{remedies[why]}</p>
    </div>
  );
}

function Summary({ operation }: { operation: Operation }) {
  const { reason, rate_per_second: rate, created_at, collected_at, ended_at, start_at, expect, made_by } = operation;
  const can = useCan();
  const left = leftMs(operation);
  const meaning = meaningOf(operation);
  return (
    <Panel title="Progress" note={left === undefined ? undefined : `about ${roughly(left)} left, at its rate`}>
      <div class="panel-body operation-summary">
        <Progress operation={operation} label="Progress" />
        {meaning !== undefined && <p class="muted">{meaning}</p>}
        {reason !== undefined && (
          <p>
            <span class="muted">Because</span>{" "}
            <q>
              <Plain text={reason} />
            </q>
          </p>
        )}
        <Facts>
          <Fact name="Jobs">
            <FilterLine operation={operation} />
          </Fact>
          {!onlyCounts(operation) && <Fact name="Rate at most">{plural(rate, "job")} a second</Fact>}
          {start_at !== undefined && (
            <Fact name="First job due">
              <Time at={start_at} />
            </Fact>
          )}
          {expect !== undefined && <Fact name="Must find">{plural(expect, "job")}</Fact>}
          <Fact name="Made by">
            <Plain text={actorOf(made_by) ?? "unknown"} />
          </Fact>
          <Moment name="Made" at={created_at} />
          {collected_at !== undefined && <Moment name="Jobs found" at={collected_at} />}
          {ended_at !== undefined && <Moment name="Ended" at={ended_at} />}
        </Facts>
        {can("audit:read") && !onlyCounts(operation) && (
          <p>
            <Link href={`/audit?of=all&target=${operation.operation_id}`}>Who has paused, continued or stopped it</Link>
          </p>
        )}
      </div>
    </Panel>
  );
}

const canaryTones = { failed: "bad", undecided: "warn", passed: "good" } as const;
const canaryNames = {
  ahead: "to come",
  changing: "under way",
  watching: "looked at",
  undecided: "undecided",
  failed: "failed",
  passed: "passed",
  ended: "given up",
} as const;

/** The jobs that are changed before the others. */
function Canary({ operation }: { operation: Operation }) {
  const { canary, sample } = operation;
  if (!canary) return null;
  const state = canaryStateOf(operation);
  const first = sample.slice(0, canary.count);
  const tone = state in canaryTones ? canaryTones[state as keyof typeof canaryTones] : "plain";
  return (
    <Panel title="The first jobs" note={<Tag tone={tone}>{canaryNames[state]}</Tag>}>
      <div class="panel-body operation-summary">
        <p>
          {plural(canary.count, "job")}, chosen by chance, {canary.count === 1 ? "is" : "are"} changed before the
          others, and {canary.max_failures === 0 ? "none" : count(canary.max_failures)} of them may fail.
          {(state === "ahead" || state === "changing") && ` They have ${duration(canary.for_ms)} to end; then it asks.`}
          {state === "watching" && (
            <>
              {" "}
              They are looked at until <Time at={canary.until} />, unless all of them have ended before.
            </>
          )}
        </p>
        {first.length > 0 && (
          <ul class="operation-sample" aria-label="The first jobs">
            {first.map((id) => (
              <li key={id}>
                <Link href={`/jobs/${id}`}>{shortId(id)}</Link>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}

const pageSize = 50;

/** Reads pages until it has `limit` jobs. */
const notChangedOf = defineQuery("not-changed", async (id: string, limit: number): Promise<NotChangedPage> => {
  const pages = ductape().operations.notChanged(id, { limit: pageSize });
  const jobs: NotChanged[] = [];
  let page: NotChangedPage;
  let cursor: string | undefined;
  do {
    page = await pages.page(cursor);
    jobs.push(...page.jobs);
    cursor = page.next_cursor;
  } while (cursor !== undefined && jobs.length < limit);
  return { ...page, jobs };
});

function NotChangedJobs({ operation: { operation_id: id, unchanged, failed } }: { operation: Operation }) {
  const left = unchanged + failed;
  return left === 0 ? null : <NotChangedList id={id} left={left} />;
}

/** The list is asked for anew when there is more of it, and not besides. */
function NotChangedList({ id, left }: { id: string; left: number }) {
  const [limit, setLimit] = useState(pageSize);
  const [known, setKnown] = useState(left);
  const { data, error, refetch } = usePoll(notChangedOf(id, limit), { once: true });
  useEffect(() => {
    if (left === known) return;
    setKnown(left);
    void refetch();
  }, [left, known, refetch]);
  const shown = data?.jobs.slice(0, limit) ?? [];
  const hasMore = data !== undefined && (data.next_cursor !== undefined || data.jobs.length > limit);
  return (
    <Panel title="Not changed" note={plural(left, "job")}>
      {data ? (
        <Table label="Jobs that were not changed" columns={columns} rows={shown} keyOf={({ job_id }) => job_id} />
      ) : error ? (
        <ErrorBanner error={error} />
      ) : (
        <Skeleton lines={3} />
      )}
      {hasMore && (
        <div class="panel-body">
          <Button onClick={() => setLimit(limit + pageSize)}>Show more</Button>
        </div>
      )}
    </Panel>
  );
}

const columns: Column<NotChanged>[] = [
  {
    id: "job",
    name: "Job",
    cell: ({ job_id: id, code, detail }) => (
      <div class="operation-what">
        <Link href={`/jobs/${id}`}>{shortId(id)}</Link>
        <div class="operation-narrow">
          <p>
            <code>{code}</code> <Plain text={detail} />
          </p>
        </div>
      </div>
    ),
  },
  {
    id: "outcome",
    name: "Outcome",
    cell: ({ outcome }) => <Tag tone={outcome === "failed" ? "bad" : "plain"}>{outcome}</Tag>,
  },
  {
    id: "why",
    name: "Why",
    wide: true,
    cell: ({ code, detail }) => (
      <div class="operation-why">
        <code>{code}</code> <Plain text={detail} />
      </div>
    ),
  },
];

const Gone = ({ id }: { id: string }) => (
  <>
    <PageHeader title="No such operation" />
    <EmptyState title="There is no such operation">
      <p>
        <code>
          <Plain text={id} />
        </code>{" "}
        ended more than 90 days ago, or is in an env that this key does not reach.
      </p>
      <Link href="/operations">Go to the operations</Link>
    </EmptyState>
  </>
);
