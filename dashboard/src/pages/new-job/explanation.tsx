import type { Explanation } from "../../../../sdk/src/answers.ts";
import { Tag } from "../../ui/badge.tsx";
import { count, duration } from "../../ui/format.ts";
import { Fact, Facts } from "../../ui/panel.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { JobZone } from "../../ui/zone-store.ts";
import { numberWords, waitingWords } from "../limits/words.ts";

/** What the request would do: when, by which way, how it is retried and what it costs. */
export function ExplanationView({ explanation, stale }: { explanation: Explanation; stale: boolean }) {
  const { job, route, notes = [] } = explanation;
  return (
    <JobZone.Provider value={job.repeat?.tz}>
      <div class={`explanation ${stale ? "stale" : ""}`} aria-busy={stale}>
        {notes.length > 0 && (
          <ul class="banner banner-warn">
            {notes.map(({ pointer, detail }) => (
              <li key={pointer + detail}>
                <code>{pointer || "/"}</code> {detail}
              </li>
            ))}
          </ul>
        )}
        <Facts>
          <Fact name="Type">{job.type.replace("_", " ")}</Fact>
          <Fact name="Target">
            <code>
              {job.target.section}.{job.target.name}
            </code>
          </Fact>
          {job.targets && (
            <Fact name={job.targets[0]?.weight === undefined ? "In this order" : "By share"}>
              {job.targets.map(({ name, share }) => (
                <span key={name}>
                  <code>{name}</code> {share !== undefined && `${Math.round(share * 1000) / 10} % `}
                </span>
              ))}
            </Fact>
          )}
          <Fact name="Timeout">{duration(job.timeout_ms)}</Fact>
          <Fact name="Input">{count(job.input_bytes)} bytes</Fact>
          {job.debounce && (
            <Fact name="Debounced">
              {duration(job.debounce.delay)} after the last request, at most {duration(job.debounce.max_wait)}{" "}
              <Key of={job.debounce.key} />
            </Fact>
          )}
          {job.unique && (
            <Fact name="Unique">
              {job.unique.on_conflict.replace("_", " ")} <Key of={job.unique.key} />
            </Fact>
          )}
        </Facts>
        <NextRuns explanation={explanation} />
        <section>
          <h3>
            Route <Tag>{route.via === "queue" ? "queue" : "scheduler"}</Tag>
          </h3>
          <p class="muted">{route.why}</p>
        </section>
        <Holds explanation={explanation} />
        <Retries explanation={explanation} />
        <Undo explanation={explanation} />
        <Cost explanation={explanation} />
      </div>
    </JobZone.Provider>
  );
}

const Key = ({ of: key }: { of: string }) => (key === "" ? null : <code>{key}</code>);

const isAtOnce = (route: Explanation["route"]) => route.via === "queue" && route.delay_seconds === 0;

const NextRuns = ({ explanation: { next_runs, job, route } }: { explanation: Explanation }) => (
  <section>
    <h3>{job.recurring ? `Next ${next_runs.length === 1 ? "run" : `${next_runs.length} runs`}` : "Starts"}</h3>
    <ol class="fires">
      {next_runs.map(({ at, note }) => (
        <li key={at}>
          <Time at={at} />
          <span class="muted">{isAtOnce(route) && !job.recurring ? "at once" : <Ago at={at} />}</span>
          {note !== undefined && <span class="fire-note">{note}</span>}
        </li>
      ))}
    </ol>
  </section>
);

/** What would keep the job from its start. */
const Holds = ({ explanation: { gates = [], pauses = [] } }: { explanation: Explanation }) =>
  gates.length + pauses.length === 0 ? null : (
    <section>
      <h3>Held back by</h3>
      <ul class="holds">
        {pauses.map(({ pause, reason, until }) => (
          <li key={pause}>
            <Tag tone="warn">pause</Tag> {reason}
            {until !== undefined && (
              <>
                {" "}
                until <Time at={until} />
              </>
            )}
          </li>
        ))}
        {gates.map((gate) => (
          <li key={`${gate.limit} ${gate.key}`}>
            <Tag tone={gate.would === "wait" ? "warn" : "good"}>{gate.would === "wait" ? "would wait" : "free"}</Tag>{" "}
            {gate.limit} {gate.key !== "" && <code>{gate.key}</code>}{" "}
            <span class="muted">
              {numberWords(gate)}
              {gate.concurrency !== undefined && `; ${count(gate.in_use)} in use`}
              {`; ${waitingWords(gate)} waiting`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );

const Retries = ({ explanation: { retry_timetable } }: { explanation: Explanation }) => (
  <section>
    <h3>{retry_timetable.length === 1 ? "One attempt, no retry" : `Up to ${retry_timetable.length} attempts`}</h3>
    {retry_timetable.length > 1 && (
      <ol class="windows">
        {retry_timetable.map(({ attempt, earliest_ms, latest_ms }) => (
          <li key={attempt}>
            <span class="muted">{attempt}</span>
            <span class="num">
              {attempt === 1 ? "when it is due" : `${duration(earliest_ms)} to ${duration(latest_ms)} later`}
            </span>
          </li>
        ))}
      </ol>
    )}
  </section>
);

/** What the end of a feature undoes, if it fails after its steps or is cancelled. */
const Undo = ({ explanation: { undo } }: { explanation: Explanation }) =>
  undo === undefined ? null : (
    <section>
      <h3>Undone if it fails or is cancelled, in this order</h3>
      <ol class="windows">
        {undo.steps.map(({ step, event, each, conditional }) => (
          <li key={step}>
            <code>{step}</code>
            <span>
              by <code>{event}</code> {each && "for each item "}
              <span class="muted">{conditional ? "if it has run" : ""}</span>
            </span>
          </li>
        ))}
      </ol>
      <p class="muted">About ${undo.estimated_cost.usd_per_million.toFixed(2)} more per million such ends.</p>
    </section>
  );

const Cost = ({ explanation: { estimated_cost: cost } }: { explanation: Explanation }) => (
  <section>
    <h3>About ${cost.usd_per_million.toFixed(2)} per million such jobs</h3>
    <details class="cost">
      <summary>
        {cost.region}, prices of {cost.prices_as_of}
      </summary>
      <ul class="cost-lines">
        {cost.breakdown.map(({ what, usd_per_million }) => (
          <li key={what}>
            <span>{what}</span>
            <span class="num">${usd_per_million.toFixed(2)}</span>
          </li>
        ))}
      </ul>
      <p class="field-note">Assumed: {cost.assumptions.join("; ")}.</p>
    </details>
  </section>
);
