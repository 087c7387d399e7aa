import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useSearch } from "wouter";
import type { Job, JobGraphStep, JobStep } from "../../../../sdk/src/index.ts";
import { apiNow, useNow } from "../../api/clock.ts";
import { duration } from "../../ui/format.ts";
import { Link, useNavigate } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { useNarrow } from "../../ui/use-media.ts";
import { withTenant } from "../../url-state.ts";
import { Failure } from "./attempts.tsx";
import { countsText, shortCounts } from "./counts.ts";
import {
  type GraphEdge,
  type GraphNode,
  type Layout,
  layoutOf,
  nodeHeight,
  nodeWidth,
  pathOf,
} from "./graph-layout.ts";
import { Waterfall } from "./waterfall.tsx";

/** The steps of a feature and what they wait for, those that have not begun too. */
export function Steps({ job }: { job: Job }) {
  const { steps = {} } = job;
  const total = Object.keys(steps).length;
  if (total === 0) return null;
  const done = Object.values(steps).filter(({ status }) => status === "completed" || status === "skipped").length;
  return (
    <Panel
      title={job.for_each ? "Items" : "Steps"}
      note={job.for_each ? countsText(job.for_each) : `${done} of ${total} done`}
    >
      {isDrawn(job) && <Graph job={job} />}
      <Waterfall job={job} />
      <Notes steps={steps} />
    </Panel>
  );
}

/** A larger graph takes long to lay out, and shows nobody anything. */
const mostNodes = 200;

/** Of a run of code nobody knows what is to come, so that a graph would say less than the rows below it. */
const isDrawn = ({ graph = [], bundle }: Job): boolean =>
  bundle === undefined && graph.length > 0 && graph.length <= mostNodes;

/** A graph that is a little too wide is drawn smaller; a wider one scrolls, so that its texts stay readable. */
const leastScale = 0.8;

function Graph({ job }: { job: Job }) {
  const direction = useNarrow() ? "TB" : "LR";
  const [layout, setLayout] = useState<Layout>();
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    let gone = false;
    layoutOf(job, direction).then(
      (made) => gone || setLayout(made),
      () => gone || setMissing(true),
    );
    return () => {
      gone = true;
    };
  }, [job, direction]);
  // The table below says the same.
  if (isMissing) return null;
  if (!layout) return <Skeleton lines={2} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="graph" aria-label="Graph of the steps" tabIndex={0}>
      <svg
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        style={{ maxWidth: `${layout.width}px`, minWidth: `${layout.width * leastScale}px` }}
      >
        <title>Steps, each after those that it waits for</title>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path d="M1 1 7 4 1 7" class="graph-arrow" />
          </marker>
        </defs>
        {layout.edges.map((edge) => (
          <Edge key={`${edge.from} ${edge.to}`} edge={edge} />
        ))}
        {layout.nodes.map((node) => (
          <Node key={node.step.step} node={node} />
        ))}
      </svg>
    </section>
  );
}

const Edge = ({ edge }: { edge: GraphEdge }) => (
  <path
    class={edge.reached ? "graph-edge graph-edge-reached" : "graph-edge"}
    d={pathOf(edge.points)}
    markerEnd="url(#arrow)"
  />
);

const most = 21;
/** The characters of a time for which a note leaves room. */
const usual = 7;
const fitted = (text: string, room = most) => (text.length > room ? `${text.slice(0, room - 1)}…` : text);

function Node({ node }: { node: GraphNode }) {
  const { step, state, x, y } = node;
  const name = step.step.slice(step.sequence.length + 1);
  const notes = [
    step.for_each && (state.for_each ? shortCounts(state.for_each) : "each item"),
    step.waits_for && waitText(step.waits_for),
    step.conditional && "if",
    step.delay !== undefined && `after ${duration(step.delay)}`,
    step.allow_fail && "may fail",
    step.undo !== undefined && (state.undo?.for_each ? `undo ${shortCounts(state.undo.for_each)}` : "undo"),
  ];
  const took = tookOf(state);
  const left = leftOf(state, useNow(state.status === "waiting" ? 1_000 : idleMs));
  const time = left ?? (took === undefined ? "" : duration(took));
  const note = fitted([step.sequence, ...notes.filter(Boolean)].join(" · "), most - Math.max(0, time.length - usual));
  const status = statusOf(state);
  const label = `${fitted(name)} ${note} ${time}: ${status.replace("_", " ")}`;
  const body = (
    <>
      <rect class="graph-box" width={nodeWidth} height={nodeHeight} rx="7" />
      <rect class="graph-bar" width="4" height={nodeHeight - 16} x="8" y="8" rx="2" />
      <text class="graph-name" x="20" y="22">
        {fitted(name)}
      </text>
      <text class="graph-note" x="20" y="40">
        {note}
      </text>
      <text class="graph-time" x={nodeWidth - 10} y="40" text-anchor="end">
        {time}
      </text>
    </>
  );
  const place = `translate(${x - nodeWidth / 2} ${y - nodeHeight / 2})`;
  const kind = `graph-node status-${status}`;
  return (
    <g class={kind} transform={place}>
      <title>{label}</title>
      {state.job_id === undefined ? body : <StepLink id={state.job_id} body={body} />}
    </g>
  );
}

/** Its name is its texts; the table below says the status in words. */
function StepLink({ id, body }: { id: string; body: JSX.Element }) {
  const navigate = useNavigate();
  const href = withTenant(`/jobs/${id}`, useSearch());
  return (
    <a
      href={`#${href}`}
      onClick={(event) => {
        event.preventDefault();
        navigate(href);
      }}
    >
      {body}
    </a>
  );
}

/** The status of a step, or of its undo once that has begun. */
const statusOf = ({ status, undo }: JobStep): string => {
  if (!undo) return status;
  if (undo.status === "completed") return "undone";
  return undo.status === "failed" || undo.status === "cancelled" ? "not_undone" : "undoing";
};

function waitText(waits: NonNullable<JobGraphStep["waits_for"]>): string {
  if ("signals" in waits) return `waits for ${waits.signals.join(" or ")}`;
  return "approval" in waits ? "asks" : "waits";
}

/** How often a step that does not wait looks at the clock. */
const idleMs = 60_000;

/** How long a step still waits at most: a gate counts down. */
const leftOf = ({ status, until }: JobStep, now: number): string | undefined =>
  status === "waiting" && until !== undefined ? `${duration(Math.max(0, until - now))} left` : undefined;

const tookOf = ({ started_at, finished_at, status }: JobStep): number | undefined => {
  if (started_at === undefined) return undefined;
  const end = finished_at ?? (status === "running" || status === "waiting" ? apiNow() : undefined);
  return end === undefined ? undefined : Math.max(0, end - started_at);
};

const signalText = ({ signal, key }: { signal: string; key?: string }): string =>
  key === undefined ? signal : `${signal} with the key ${key}`;

/** A page has up to a hundred items, and a list as many pages: so many of their counts and failures are shown below the table. */
const mostShown = 12;

/** What the rows have no room for: for what steps wait, what was decided, and why some have failed. */
function Notes({ steps }: { steps: Record<string, JobStep> }) {
  const rows = Object.entries(steps);
  const failed = rows.filter(([, { error }]) => error !== undefined);
  const waiting = rows.filter(([, { status }]) => status === "waiting");
  const notUndone = rows.filter(([, { undo }]) => undo?.error !== undefined);
  const decided = rows.filter(([, { approval }]) => approval?.decision !== undefined);
  const lists = rows.flatMap(([step, { for_each }]) => (for_each ? [{ step, for_each }] : []));
  return (
    <>
      {waiting.slice(0, mostShown).map(([step, { waits_for = [], approval, until }]) => (
        <p key={step} class="step-wait">
          <Plain text={step} /> waits{waits_for.length > 0 && ` for ${waits_for.map(signalText).join(" or ")}`}
          {approval && (
            <>
              {" "}
              for a decision: <Link href="/approvals">{approval.title}</Link>
            </>
          )}
          , until <Time at={until} /> (
          <Ago at={until} />)
        </p>
      ))}
      {decided.slice(0, mostShown).map(([step, { approval, until }]) => (
        <p key={step} class="step-wait">
          <Plain text={step} /> was decided: <strong>{approval?.decision?.choice}</strong>
          {approval?.decision?.by !== undefined ? ` by ${approval.decision.by}` : ", as nobody did in time"},{" "}
          <Time at={approval?.decision?.at ?? until} />
          {approval?.decision?.note !== undefined && `: ${approval.decision.note}`}
        </p>
      ))}
      {lists.slice(0, mostShown).map(({ step, for_each }) => (
        <p key={step} class="step-wait">
          <Plain text={step} />: {countsText(for_each)}
        </p>
      ))}
      {rows.map(
        ([step, { undo }]) =>
          undo?.for_each && (
            <p key={`undo ${step}`} class="step-wait">
              Undo of <Plain text={step} />: {countsText(undo.for_each)}
            </p>
          ),
      )}
      {failed.slice(0, mostShown).map(([step, { error }]) => error && <Failure key={step} error={error} />)}
      {notUndone
        .slice(0, mostShown)
        .map(([step, { undo }]) => undo?.error && <Failure key={`undo ${step}`} error={undo.error} />)}
      {failed.length > mostShown && (
        <p class="step-wait">And {failed.length - mostShown} more have failed: their pages say why.</p>
      )}
    </>
  );
}
