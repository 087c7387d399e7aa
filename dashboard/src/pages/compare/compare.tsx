import { useEffect, useState } from "preact/hooks";
import type { Job } from "../../../../sdk/src/index.ts";
import { useNow } from "../../api/clock.ts";
import { useCan } from "../../api/me.ts";
import { usePoll } from "../../api/use-poll.ts";
import { inputOf } from "../../job/input-of.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { count } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { JobZone } from "../../ui/zone-store.ts";
import { useUrlState } from "../../use-url-state.ts";
import "./compare.css";
import { DifferencePanel } from "./difference-panel.tsx";
import { factRows } from "./facts.tsx";
import { inputPart, resultPart } from "./parts.ts";
import { SideCard } from "./side-card.tsx";
import { TwoSides } from "./two-sides.tsx";
import { type Side, useCompleted, useSide } from "./use-side.ts";

const defaults = { left: "", right: "", left_run: "", right_run: "", product: "", env: "" };

/** Two jobs side by side: what is known of each, and what differs in their inputs and results. */
export function Compare() {
  const [url, change] = useUrlState(defaults);
  const left = useSide("left", url.left, url.left_run);
  const right = useSide("right", url.right, url.right_run);
  const isHalf = (url.left === "") !== (url.right === "");
  const [given, wanted] = url.left === "" ? [right, "left" as const] : [left, "right" as const];
  const { found, among, error } = useCompleted(given, isHalf);
  const isLooking = isHalf && found === undefined && !error && !given.error;
  const first = left.job ?? right.job;
  const next = {
    ...(first && { product: first.product_tag, env: first.env }),
    ...(isHalf && found && { [wanted]: found.id, [`${wanted}_run`]: found.run }),
  };
  const isNew = Object.entries(next).some(([name, value]) => url[name as keyof typeof url] !== value);
  // Links lead on in the product and env of the first, and a link to this page shows the same two jobs.
  useEffect(() => {
    if (isNew) change(next);
  });
  const swap = () => change({ left: url.right, right: url.left, left_run: url.right_run, right_run: url.left_run });
  const note = (name: Side["name"]) =>
    isHalf && name === wanted && found === null ? noneOf(given.job, among) : undefined;
  return (
    <JobZone.Provider value={first?.repeat?.tz}>
      <PageHeader
        title="Compare"
        actions={
          <Button disabled={left.id === "" && right.id === ""} onClick={swap}>
            Swap
          </Button>
        }
      >
        What differs between two jobs
      </PageHeader>
      <ErrorBanner error={isHalf ? error : undefined} />
      <div class="compare-sides">
        {[left, right].map((side) => (
          <SideCard
            key={`${side.name} ${side.id}`}
            side={side}
            note={note(side.name)}
            isLooking={isLooking && side.name === wanted}
            onChoose={(id, run) => change({ [side.name]: id, [`${side.name}_run`]: run })}
          />
        ))}
      </div>
      {left.job && right.job ? (
        <Compared left={left.job} right={right.job} />
      ) : isLooking ? (
        <Skeleton lines={6} />
      ) : (
        <Nothing left={left} right={right} />
      )}
    </JobZone.Provider>
  );
}

/** `among`: how many of those that have completed were looked at, if not all. */
function noneOf(job: Job | undefined, among: number | undefined): string | undefined {
  if (!job) return undefined;
  const where = `in ${job.product_tag} ${job.env}`;
  const none =
    among === undefined
      ? `No other job of ${job.event} ${where} has completed.`
      : `None of the latest ${count(among)} jobs that completed ${where} is another one of ${job.event}.`;
  return `${none} Which one is it to be compared with?`;
}

function Nothing({ left, right }: { left: Side; right: Side }) {
  const chosen = [left, right].filter(({ id }) => id !== "");
  if (chosen.some(({ job, error }) => !job && !error)) return <Skeleton lines={6} />;
  const missing = chosen.filter(({ job }) => !job).map(({ name }) => name);
  return (
    <EmptyState title="Nothing is compared yet">
      {missing.length > 0 ? (
        <p>
          {missing.length === 2 ? "Neither job could be read." : `The job at the ${missing[0]} could not be read.`}{" "}
          Choose another one above.
        </p>
      ) : (
        <p>Choose two jobs by their ids, tick two in the list of jobs, or begin on the page of a job.</p>
      )}
    </EmptyState>
  );
}

function Compared({ left, right }: { left: Job; right: Job }) {
  const isSame = left.job_id === right.job_id && left.run === right.run;
  return (
    <>
      {isSame && <p class="banner banner-warn">Both sides are the same job.</p>}
      <FactsPanel left={left} right={right} />
      <Inputs left={left} right={right} />
      <DifferencePanel title="Result" left={resultPart(left)} right={resultPart(right)} />
    </>
  );
}

function FactsPanel({ left, right }: { left: Job; right: Job }) {
  const [onlyDifferent, setOnly] = useState(true);
  const isRunning = left.status === "running" || right.status === "running";
  const rows = factRows(left, right, useNow(isRunning ? 1_000 : 60_000));
  const shown = onlyDifferent ? rows.filter(({ differs }) => differs) : rows;
  const same = rows.length - rows.filter(({ differs }) => differs).length;
  return (
    <Panel
      title="Facts"
      note={onlyDifferent && same > 0 ? `${same} more are the same` : undefined}
      actions={
        <label class="check">
          <input type="checkbox" checked={onlyDifferent} onChange={() => setOnly(!onlyDifferent)} />
          Only what differs
        </label>
      }
    >
      {shown.length === 0 ? (
        <p class="panel-body">They are the same.</p>
      ) : (
        <TwoSides
          label="Facts of both jobs"
          what="Fact"
          rows={shown.map(({ name, differs, left, right }) => ({
            key: name,
            name,
            left,
            right,
            class: differs ? "" : "same",
          }))}
        />
      )}
    </Panel>
  );
}

/** Of two jobs whose inputs the key may see. */
function Inputs({ left, right }: { left: Job; right: Job }) {
  const can = useCan();
  const allowed = can("jobs:input", left) && can("jobs:input", right);
  const [ofLeft, ofRight] = [left, right].map(({ job_id }) => (allowed ? inputOf(job_id) : undefined));
  const one = usePoll(ofLeft, { once: true });
  const other = usePoll(ofRight, { once: true });
  if (allowed && one.data && other.data) {
    return <DifferencePanel title="Input" left={inputPart(one.data)} right={inputPart(other.data)} />;
  }
  // An API of an earlier version has no inputs.
  if (one.data === null || other.data === null) return null;
  return (
    <Panel title="Input">
      {!allowed && (
        <p class="panel-body muted">
          Shown to keys with <code>jobs:input</code> for both jobs.
        </p>
      )}
      {allowed && (one.isPending || other.isPending) && <Skeleton />}
      <ErrorBanner error={one.error ?? other.error} />
    </Panel>
  );
}
