import { useParams } from "wouter";
import { NotFoundError } from "../../../../sdk/src/errors.ts";
import type { Incident } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { useCan } from "../../api/me.ts";
import { query } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Answer } from "../../job/provider-answer.tsx";
import { remedyFor } from "../../job/remedy.ts";
import { WrittenLog } from "../../job/written-log.tsx";
import { Tag } from "../../ui/badge.tsx";
import { CopyText } from "../../ui/copy-button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { count, percent, plural, shortId } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Moment } from "../../ui/moment.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Fact, Facts, Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { PageSkeleton } from "../../ui/skeleton.tsx";
import { type Tenant, useTenant } from "../../ui/tenant-picker.tsx";
import { Time } from "../../ui/time.tsx";
import { IncidentActions } from "./incident-actions.tsx";
import "./incidents.css";
import { WhoWasTold } from "./who-was-told.tsx";
import { meaningOf, sizeWords, titleOf, toneOf, usd } from "./words.ts";

const incidentOf = defineQuery("incident", (tenant: Tenant, id: string) => ductape().incidents.get({ ...tenant, id }));

/** One incident of the product and env in the address: what it is, how much of it there is, and what can be done about it. */
export function IncidentPage() {
  const { id = "" } = useParams<{ id: string }>();
  const tenant = useTenant();
  const { data: incident, error } = usePoll(tenant && incidentOf(tenant, id), {
    slow: ({ state }) => state !== "open",
  });
  if (!incident) {
    if (error instanceof NotFoundError) return <Gone id={id} />;
    return error ? <ErrorBanner error={error} /> : <PageSkeleton />;
  }
  return (
    <>
      <PageHeader title={titleOf(incident)} actions={<IncidentActions incident={incident} />}>
        <span class="incident-line">
          <Tag tone={toneOf[incident.state] ?? "plain"}>{incident.state}</Tag>
          <span>
            {incident.product_tag} {incident.env}
          </span>
          <CopyText text={incident.id} label="Copy the id" />
        </span>
      </PageHeader>
      <Summary incident={incident} />
      <WhoWasTold incident={incident} />
      <Links incident={incident} />
      <LastAnswer incident={incident} />
    </>
  );
}

function Summary({ incident }: { incident: Incident }) {
  const { code, rate, budget, first_at, last_at, opened_at, ended_at, planned_at, alert, event, by } = incident;
  return (
    <Panel title="What goes wrong">
      <div class="incident-says">
        <p>{sizeWords(incident)}</p>
        <p>
          <Meaning incident={incident} />
        </p>
        {code !== undefined && remedyFor(code) && <p class="muted">{remedyFor(code)}</p>}
      </div>
      <Facts>
        <Moment name="First" at={first_at} />
        <Moment name="Last" at={last_at} />
        {opened_at !== undefined && <Moment name="Opened last" at={opened_at} />}
        {ended_at !== undefined && <Moment name="Ended" at={ended_at} />}
        {planned_at !== undefined && <Moment name="Planned run that did not complete" at={planned_at} />}
        {rate && (
          <Fact name="Within the window">
            {count(rate.failed)} of {plural(rate.ended, "run")} failed, {percent(rate.over)} may
          </Fact>
        )}
        {budget && (
          <>
            <Fact name="Budget">
              {usd(budget.usd)} of {usd(budget.budget_usd)} USD, an estimate by list prices
            </Fact>
            <Moment name="Counted until" at={budget.until} />
            {budget.dearest.length > 0 && (
              <Fact name="Most of it">
                {budget.dearest.map((one) => `${one.event} ${usd(one.usd)} USD`).join(", ")}
              </Fact>
            )}
          </>
        )}
        {alert !== undefined && <Fact name="Alert">{alert}</Fact>}
        {event !== undefined && <Fact name="Event that failed last">{event}</Fact>}
        {by !== undefined && (
          <Fact name={incident.state === "open" ? "Reopened by" : `Set to ${incident.state} by`}>
            <Plain text={by} />
          </Fact>
        )}
      </Facts>
    </Panel>
  );
}

/** What its state means. */
function Meaning({ incident: { state, ignored = {} } }: { incident: Incident }) {
  if (state !== "ignored") return <>{meaningOf[state]}</>;
  const { until, above_per_hour } = ignored;
  return (
    <>
      Nobody is told of it{" "}
      {until !== undefined && (
        <>
          until <Time at={until} />
        </>
      )}
      {until !== undefined && above_per_hour !== undefined && ", or "}
      {above_per_hour !== undefined && `until more than ${count(above_per_hour)} fail within an hour`}
      {until === undefined && above_per_hour === undefined && "until it is reopened"}. It is counted all the same.
    </>
  );
}

/** Where to look on: its jobs. */
function Links({ incident: { product_tag, env, event, sample_job_id } }: { incident: Incident }) {
  const tenant = { product: product_tag, env };
  return (
    <Panel title="Jobs">
      <ul class="incident-links">
        {sample_job_id !== undefined && (
          <li>
            <Link href={`/jobs/${sample_job_id}${query(tenant)}`}>
              The job that failed last ({shortId(sample_job_id)})
            </Link>
          </li>
        )}
        {event !== undefined && (
          <li>
            <Link href={`/jobs${query({ ...tenant, status: "failed", event })}`}>Failed jobs of {event}</Link>
          </li>
        )}
        <li>
          <Link href={`/errors${query(tenant)}`}>Errors by cause</Link>
        </li>
      </ul>
    </Panel>
  );
}

/** What the provider has answered to the job that failed last. */
function LastAnswer({ incident }: { incident: Incident }) {
  const can = useCan();
  if (incident.log)
    return (
      <Panel title="What the code wrote" note="in the job that failed last">
        <div class="panel-body">
          <WrittenLog log={incident.log} label="Log of the job that failed last" isOpen />
        </div>
      </Panel>
    );
  if (incident.answer === undefined) {
    if (incident.kind !== "cause" || can("jobs:input", incident)) return null;
    return (
      <p class="muted">
        What the provider has answered is shown to keys with <code>jobs:input</code>.
      </p>
    );
  }
  return (
    <Panel title="What the provider answered" note="to the job that failed last">
      <div class="panel-body">
        <Answer answer={incident.answer} label="Answer to the job that failed last" isOpen />
      </div>
    </Panel>
  );
}

const Gone = ({ id }: { id: string }) => (
  <>
    <PageHeader title="No such incident" />
    <EmptyState title="There is no such incident">
      <p>
        <code>{id}</code> was last seen more than 90 days ago, or is of another product and env.
      </p>
      <Link href="/incidents">Go to the incidents</Link>
    </EmptyState>
  </>
);
