import { useState } from "preact/hooks";
import type { Series } from "../../../../sdk/src/index.ts";
import { limitsOf } from "../../job/states.ts";
import { StatusBadge, Tag } from "../../ui/badge.tsx";
import { CronWords } from "../../ui/cron-words.tsx";
import { count, percent } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Ago, Lateness, Time } from "../../ui/time.tsx";
import { JobZone } from "../../ui/zone-store.ts";
import { driftWords, everyWords } from "./runs.ts";
import { SeriesActions } from "./series-actions.tsx";
import { Sparkline } from "./sparkline.tsx";

export function SeriesCard({ series }: { series: Series }) {
  const { job_id, event, status, repeat, last_runs, next_runs, labels = [] } = series;
  const tz = repeat?.tz;
  return (
    <JobZone.Provider value={tz}>
      <article class="panel series-card" aria-label={event}>
        <div class="series-top">
          <div class="series-what">
            <h2>
              <Link href={`/jobs/${job_id}`}>{event}</Link>
            </h2>
            <StatusBadge status={status} />
            {series.schedule !== undefined && <Tag>schedule {series.schedule}</Tag>}
            {labels.map((label) => (
              <Tag key={label}>{label}</Tag>
            ))}
          </div>
          <SeriesActions series={series} />
        </div>
        {series.drift && <p class="banner banner-warn series-drift">{driftWords(series.drift)}</p>}
        <div class="series-body">
          <div class="series-when">
            <p class="series-words">
              {repeat?.cron !== undefined && <CronWords cron={repeat.cron} />}
              {repeat?.every !== undefined && everyWords(repeat.every)}
            </p>
            <p class="muted">
              {repeat?.cron !== undefined && <code>{repeat.cron}</code>} {repeat?.cron !== undefined && (tz ?? "UTC")}
              {repeat?.limit !== undefined && ` · run ${series.run} of ${count(repeat.limit)}`}
              {repeat?.end_date !== undefined && (
                <>
                  {" "}
                  · until <Time at={repeat.end_date} precision="minute" />
                </>
              )}
            </p>
          </div>
          <LastRuns series={series} />
          <div class="series-next">
            <p class="muted">{status === "paused" ? "Next if it is resumed" : "Next run"}</p>
            {next_runs[0] ? (
              <p>
                <Time at={next_runs[0].at} /> <Ago at={next_runs[0].at} />
              </p>
            ) : (
              <p>None: it has reached its end</p>
            )}
          </div>
        </div>
        {next_runs.length > 1 && <NextRuns series={series} />}
        {last_runs.length === 0 && <span class="sr-only">It has not run yet.</span>}
      </article>
    </JobZone.Provider>
  );
}

function LastRuns({ series }: { series: Series }) {
  const { last_runs } = series;
  const ended = last_runs.filter(({ status }) => status === "completed" || status === "failed");
  const good = ended.filter(({ status }) => status === "completed").length;
  return (
    <div class="series-last">
      <Sparkline runs={last_runs} />
      <p class="muted">
        {ended.length === 0 ? (
          "No run has ended yet"
        ) : (
          <>
            {percent(good / ended.length)} of {ended.length} good, latest{" "}
            <Lateness ms={last_runs[0]?.lateness_ms} limits={limitsOf(series)} />
          </>
        )}
      </p>
    </div>
  );
}

function NextRuns({ series: { next_runs } }: { series: Series }) {
  const [open, setOpen] = useState(false);
  const notes = next_runs.filter(({ note }) => note !== undefined).length;
  return (
    <details class="series-fires" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Next {next_runs.length} runs {notes > 0 && <Tag tone="warn">the clocks change</Tag>}
      </summary>
      {open && (
        <ol>
          {next_runs.map(({ at, note }) => (
            <li key={at}>
              <Time at={at} /> <Ago at={at} />
              {note !== undefined && <span class="fire-note">{note}</span>}
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}
