import type { ComponentChildren } from "preact";
import type { Forecast, ForecastLimit } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { query } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { BarChart } from "../../ui/bar-chart.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Segments } from "../../ui/field.tsx";
import { count, duration, plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { type Tenant, TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import { Ago, Dash, Time } from "../../ui/time.tsx";
import { timeParts } from "../../ui/zone.ts";
import { useZone } from "../../ui/zone-store.ts";
import { useUrlState } from "../../use-url-state.ts";
import { numberWords } from "../limits/words.ts";
import "./forecast.css";
import { eventTotals, gapWords, hasMoreEvents, isLong, noWaitWords, spanWords, waitWords } from "./words.ts";

const defaults = { hours: "24" };
const spans = [
  ["6", "6 hours"],
  ["12", "12 hours"],
  ["24", "24 hours"],
  ["168", "7 days"],
] as const;
const mostHotMinutes = 3;
const hourMs = 3_600_000;

const forecast = defineQuery("forecast", (tenant: Tenant, hours: number) =>
  ductape().jobs.forecast({ ...tenant, hours }),
);

/** What the next hours bring: what is due, and which limits will have lines. */
export function ForecastPage() {
  const tenant = useTenant();
  const [{ hours }, change] = useUrlState(defaults);
  const asked = spans.some(([span]) => span === hours) ? hours : defaults.hours;
  return (
    <>
      <PageHeader
        title="Forecast"
        actions={
          <>
            <Segments label="How far" value={asked} options={spans} onChange={(next) => change({ hours: next })} />
            <TenantPicker tenant={tenant} />
          </>
        }
      >
        What is due, and where it will wait: every start is known ahead. Retries and jobs that nobody has scheduled yet
        are not in it.
      </PageHeader>
      {tenant ? (
        <Ahead key={`${tenant.product_tag} ${tenant.env}`} tenant={tenant} hours={Number(asked)} />
      ) : (
        <Skeleton lines={5} />
      )}
    </>
  );
}

function Ahead({ tenant, hours }: { tenant: Tenant; hours: number }) {
  // It reads up to 10,000 jobs, so it is made when it is asked for.
  const { data, error, isPending, isFetching, refetch } = usePoll(forecast(tenant, hours), { once: true });
  if (isPending) return <Skeleton lines={8} />;
  if (!data) return <ErrorBanner error={error} />;
  const again = (
    <Button icon="refresh" disabled={isFetching} onClick={() => void refetch()}>
      Forecast anew
    </Button>
  );
  return (
    <>
      {error !== null && <ErrorBanner error={error} />}
      <Warnings data={data} />
      <DueByHour data={data} actions={again} />
      {data.counted > 0 && <ByEvent data={data} tenant={tenant} />}
      <Lines data={data} />
    </>
  );
}

/** A minute of the forecast, with its day where that has several. */
function useTimeOf({ hours }: Pick<Forecast, "hours">): (at: number) => string {
  const zone = useZone();
  return (at) => {
    const { date, time } = timeParts(at, zone, "minute");
    return isLong(hours.length) ? `${date} ${time}` : time;
  };
}

function Warnings({ data }: { data: Forecast }) {
  const zone = useZone();
  const timeOf = useTimeOf(data);
  const gap = gapWords(data, `${timeOf(data.covers_until)} ${timeParts(data.covers_until, zone).zone}`);
  const { hot_minutes, pauses = [], overdue } = data;
  return (
    <>
      {gap !== undefined && <p class="banner banner-warn">{gap}</p>}
      {hot_minutes.slice(0, mostHotMinutes).map(({ at, count: jobs }) => (
        <p key={at} class="banner banner-warn">
          {count(jobs)} jobs are due in the minute of {timeOf(at)}, more than EventBridge Scheduler starts in one: some
          may start late.
        </p>
      ))}
      {hot_minutes.length > mostHotMinutes && (
        <p class="banner banner-warn">So it is with {plural(hot_minutes.length - mostHotMinutes, "more minute")}.</p>
      )}
      {pauses.length > 0 && (
        <p class="banner">
          {plural(pauses.length, "pause holds", "pauses hold")} some of it now. The forecast is what would be without:{" "}
          <Link href="/limits">see what is paused</Link>.
        </p>
      )}
      {overdue > 0 && (
        <p class="banner">
          {plural(overdue, "job is", "jobs are")} due already and {overdue === 1 ? "has" : "have"} not started. They are
          in no hour.
        </p>
      )}
    </>
  );
}

function DueByHour({ data, actions }: { data: Forecast; actions: ComponentChildren }) {
  const zone = useZone();
  const timeOf = useTimeOf(data);
  const { hours, counted, from, starts_per_second } = data;
  const span = spanWords(hours.length);
  const dayOf = (at: number) => timeParts(at, zone).date.slice("YYYY-".length);
  const newDayOf = (at: number) => (dayOf(at) === dayOf(at - hourMs) ? "" : dayOf(at));
  return (
    <Panel
      title="Due by the hour"
      actions={actions}
      note={
        <>
          {plural(counted, "start")}, as known <Ago at={from} />
        </>
      }
    >
      {counted === 0 ? (
        <EmptyState title={`Nothing is due in the next ${span}`} />
      ) : (
        <BarChart
          label={`Starts due in the next ${span}: ${count(counted)}`}
          bars={hours.map(({ at, count: due, events }) => ({
            at,
            title: [
              `${timeOf(at)} ${timeParts(at, zone).zone}: ${plural(due, "start")}`,
              ...events.slice(0, 5).map(({ event, count: some }) => `${event}: ${count(some)}`),
            ].join("\n"),
            parts: [{ size: due, class: "status-scheduled" }],
          }))}
          labelOf={isLong(hours.length) ? newDayOf : timeOf}
          every={isLong(hours.length) || hours.length <= 12 ? 1 : 3}
          bound={{
            value: starts_per_second * 3600,
            label: `EventBridge Scheduler starts ${count(starts_per_second * 3600)} schedules per hour`,
          }}
        />
      )}
    </Panel>
  );
}

const mostEvents = 50;

function ByEvent({ data, tenant }: { data: Forecast; tenant: Tenant }) {
  const { product_tag: product, env } = tenant;
  const totals = eventTotals(data);
  const isCut = totals.length > mostEvents || hasMoreEvents(data);
  return (
    <Panel title="By event" note={plural(totals.length, "event")}>
      <Table
        label="Starts by event"
        rows={totals.slice(0, mostEvents)}
        keyOf={({ event }) => event}
        columns={[
          {
            id: "event",
            name: "Event",
            cell: ({ event }) => (
              <Link href={`/jobs${query({ status: "scheduled", event, product, env })}`}>
                <Plain text={event} />
              </Link>
            ),
          },
          { id: "count", name: "Starts", right: true, cell: ({ count: due }) => <span class="num">{count(due)}</span> },
          {
            id: "most",
            name: "Most in the hour of",
            right: true,
            cell: ({ most_at }) => <Time at={most_at} precision="minute" />,
          },
        ]}
      />
      {isCut && <p class="muted forecast-foot">Events with fewer starts are left out.</p>}
    </Panel>
  );
}

function Lines({ data: { limits, more_limits, hours } }: { data: Forecast }) {
  if (limits.length === 0) return null;
  return (
    <Panel title="Lines at limits" note={`${plural(limits.filter(({ waits }) => waits > 0).length, "line")} ahead`}>
      <Table
        label="What comes to each limit"
        rows={limits}
        keyOf={({ limit, key }) => `${limit} ${key}`}
        columns={lineColumns(isLong(hours.length))}
      />
      {more_limits !== undefined && (
        <p class="muted forecast-foot">{count(more_limits)} more with shorter lines are left out.</p>
      )}
    </Panel>
  );
}

const lineColumns = (hasDates: boolean): Column<ForecastLimit>[] => [
  {
    id: "limit",
    name: "Limit",
    cell: (one) => (
      <div class="forecast-cell">
        <span>
          <Plain text={one.limit} />
          {one.key !== "" && (
            <>
              {" "}
              <code>
                <Plain text={one.key} />
              </code>
            </>
          )}
        </span>
        <span class="muted">{numberWords(one)}</span>
      </div>
    ),
  },
  { id: "due", name: "Due", right: true, cell: ({ due }) => <span class="num">{count(due)}</span> },
  {
    id: "waits",
    name: "In line",
    cell: (one) => (
      <div class="forecast-cell">
        <span>{waitWords(one)}</span>
        {one.unknown_duration && <span class="muted">slots left out: nothing that passes it was measured</span>}
        {one.duration_ms !== undefined && <span class="muted">a slot for {duration(one.duration_ms)}</span>}
      </div>
    ),
  },
  {
    id: "longest",
    name: "Longest",
    right: true,
    cell: ({ lines: [line] }) =>
      line ? (
        <div class="forecast-cell">
          <span class="num">{count(line.longest)}</span>
          <span class="muted">
            at <Time at={line.longest_at} precision="minute" date={hasDates} />
          </span>
        </div>
      ) : (
        <Dash />
      ),
  },
  {
    id: "empty",
    name: "Empty again",
    right: true,
    cell: ({ lines, left }) => <EmptyAgain lines={lines} left={left} />,
  },
  { id: "no-wait", name: "Nobody would wait at", wide: true, cell: (one) => noWaitWords(one) || <Dash /> },
];

function EmptyAgain({ lines, left }: Pick<ForecastLimit, "lines" | "left">) {
  if (lines.length === 0) return <Dash />;
  if (left > 0) return <>not by then: {plural(left, "waits", "wait")} still</>;
  return <Time at={Math.max(...lines.map(({ empty_at = 0 }) => empty_at))} precision="minute" />;
}
