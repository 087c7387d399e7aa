import type { Job } from "../../../../sdk/src/index.ts";
import { useNow } from "../../api/clock.ts";
import { Answer } from "../../job/provider-answer.tsx";
import { remedyFor } from "../../job/remedy.ts";
import { heldText, limitsOf } from "../../job/states.ts";
import { WrittenLog } from "../../job/written-log.tsx";
import { StatusBadge, Tag } from "../../ui/badge.tsx";
import { duration, exactMs } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Duration, Lateness, Time } from "../../ui/time.tsx";
import { sourceLineOf } from "./source-line.ts";
import { type Axis, axisOf, type Bar, barsOf, placeOf } from "./timeline.ts";

const statusOf = ({ outcome }: Bar) => (outcome === "waiting" ? "scheduled" : outcome);

/** Each attempt: when it was due, how late it started, how long it took, and why it failed. */
export function Attempts({
  job,
  title,
  saysFailure = false,
}: {
  job: Pick<Job, "attempts" | "status" | "attempt" | "due_at" | "started_at" | "retries" | "most_attempts" | "gates">;
  title: string;
  /** The page says elsewhere why the last attempt failed. */
  saysFailure?: boolean;
}) {
  const now = useNow(job.status === "running" ? 250 : 1_000);
  const bars = barsOf(job, now);
  // That the first attempt waits is said by the summary.
  if (bars.every(({ attempt, outcome }) => attempt === 1 && outcome === "waiting")) return null;
  const axis = axisOf(bars);
  return (
    <Panel title={title} note={`up to ${job.most_attempts ?? job.retries + 1}`}>
      <div class="attempts">
        <div class="attempt-axis" aria-hidden="true">
          {axis.ticks.map(({ at, label }) => (
            <span key={at} class={placeOf(at, axis) > 94 ? "axis-end" : ""} style={{ left: `${placeOf(at, axis)}%` }}>
              {label === 0 ? "due" : `+${duration(label)}`}
            </span>
          ))}
        </div>
        {bars.map((bar) => (
          <Attempt
            key={bar.attempt}
            bar={bar}
            axis={axis}
            limits={limitsOf(job)}
            isSaid={saysFailure && bar === bars.at(-1)}
          />
        ))}
      </div>
    </Panel>
  );
}

/** What of its lateness is known to have been a pause or a line. */
function heldOfBar({ held, outcome }: Bar, late = 0) {
  if (!held) return outcome === "running" ? undefined : { says: undefined, late_ms: late };
  const { paused_ms = 0, limits = [] } = held;
  const late_ms = Math.max(0, late - paused_ms - limits.reduce((sum, { ms }) => sum + ms, 0));
  return { says: heldText(held, duration), late_ms };
}

/** Where its failure is said elsewhere, the attempt has the code only. */
function Attempt({ bar, axis, limits, isSaid }: { bar: Bar; axis: Axis; limits: string[]; isSaid: boolean }) {
  const late = bar.start === undefined ? undefined : Math.max(0, bar.start - bar.due);
  const took = bar.start === undefined || bar.end === undefined ? undefined : bar.end - bar.start;
  return (
    <article class="attempt" aria-label={`Attempt ${bar.attempt}`}>
      <div class="attempt-head">
        <span class="attempt-number num">#{bar.attempt}</span>
        <StatusBadge status={statusOf(bar)} />
        {bar.error && isSaid && <Tag tone="bad">{bar.error.code}</Tag>}
        {bar.crashes !== undefined && <Tag tone="warn">{bar.crashes} crashed</Tag>}
      </div>
      <Track bar={bar} axis={axis} waited={limits.length > 0} />
      <dl class="attempt-facts">
        <div>
          <dt>due</dt>
          <dd>
            <Time at={bar.due} precision="ms" />
          </dd>
        </div>
        {bar.start !== undefined && (
          <div>
            <dt>started</dt>
            <dd>
              <Time at={bar.start} precision="ms" date={false} />{" "}
              <Lateness ms={late} limits={limits} held={heldOfBar(bar, late)} />
            </dd>
          </div>
        )}
        {bar.end !== undefined && bar.outcome !== "running" && (
          <div>
            <dt>ended</dt>
            <dd>
              <Time at={bar.end} precision="ms" date={false} />
            </dd>
          </div>
        )}
        {took !== undefined && (
          <div>
            <dt>{bar.outcome === "running" ? "running for" : "took"}</dt>
            <dd>
              <Duration ms={took} />
            </dd>
          </div>
        )}
      </dl>
      {bar.target && <Targets of={bar.target} />}
      {bar.error && !isSaid && <Failure error={bar.error} />}
      {bar.thrown && <Thrown thrown={bar.thrown} />}
      {bar.answer && <Answer answer={bar.answer} label={`Answer to attempt ${bar.attempt}`} isOpen={isSaid} />}
      {bar.log && <WrittenLog log={bar.log} label={`Log of attempt ${bar.attempt}`} isOpen={isSaid} />}
    </article>
  );
}

/** Which target of a fallback or quota ran the attempt, and why not one before it. */
const Targets = ({ of: { name, tried = [], left_out = [] } }: { of: NonNullable<Bar["target"]> }) => (
  <p class="attempt-targets">
    {left_out.map((one) => (
      <span key={one}>
        <code>{one}</code> <Tag>had just failed</Tag>
      </span>
    ))}
    {tried.map((one) => (
      <span key={one.name}>
        <code>{one.name}</code> <Tag tone="bad">{one.code}</Tag>
      </span>
    ))}
    <span>
      target <code>{name}</code>
    </span>
  </p>
);

function Track({ bar, axis, waited }: { bar: Bar; axis: Axis; waited: boolean }) {
  const due = placeOf(bar.due, axis);
  const start = bar.start === undefined ? due : placeOf(bar.start, axis);
  const end = bar.end === undefined ? start : placeOf(bar.end, axis);
  const says =
    bar.start === undefined
      ? "has not started"
      : `started ${exactMs(bar.start - bar.due)} after it was due${bar.end === undefined ? "" : `, took ${exactMs(bar.end - bar.start)}`}`;
  return (
    <div class="track" role="img" aria-label={`Attempt ${bar.attempt} ${says}`}>
      {axis.ticks.map(({ at }) => (
        <span key={at} class="track-tick" style={{ left: `${placeOf(at, axis)}%` }} />
      ))}
      {bar.start !== undefined && (
        <span
          class={waited ? "track-late track-waited" : "track-late"}
          style={{ left: `${due}%`, width: `${start - due}%` }}
        />
      )}
      <span class="track-due" style={{ left: `${due}%` }} />
      {bar.start !== undefined && (
        <span class={`track-run status-${bar.outcome}`} style={{ left: `${start}%`, width: `${end - start}%` }} />
      )}
    </div>
  );
}

/** What a function of the product's own code has thrown, with its lines. */
export function Thrown({ thrown: { name, message, stack } }: { thrown: NonNullable<Bar["thrown"]> }) {
  const line = sourceLineOf(stack);
  return (
    <>
      {line !== undefined && <SourceLine line={line} />}
      <pre class="failure-message">
        <Plain text={`${name}: ${message}`} />
        {stack !== undefined && <Plain text={`\n${stack.replaceAll(/^\s*/gm, "  ")}`} />}
      </pre>
    </>
  );
}

/** Where in the team's own source an error was thrown. */
export const SourceLine = ({ line }: { line: string }) => (
  <p class="source-line">
    thrown at{" "}
    <code>
      <Plain text={line} />
    </code>
  </p>
);

/** Why an attempt failed and what to do, in the words of the catalog's error codes. */
export function Failure({ error }: { error: NonNullable<Bar["error"]> }) {
  return (
    <div class="failure">
      <p class="failure-codes">
        <code class="failure-code">{error.code}</code>
        {error.provider_code !== undefined && <code class="muted">{error.provider_code}</code>}
        <Tag tone={error.retryable ? "warn" : "plain"}>
          {error.retryable ? "another attempt may succeed" : "not retried"}
        </Tag>
      </p>
      <p class="failure-message">
        <Plain text={error.message} />
      </p>
      {remedyFor(error.code) && <p class="muted">{remedyFor(error.code)}</p>}
    </div>
  );
}
