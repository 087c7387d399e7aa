import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Job } from "../../../../sdk/src/index.ts";
import { useNow } from "../../api/clock.ts";
import { StatusBadge } from "../../ui/badge.tsx";
import { count, duration, exactMs, plural } from "../../ui/format.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { Plain } from "../../ui/plain.tsx";
import { StepDetail } from "./step-detail.tsx";
import "./waterfall.css";
import { folded, type Group, type Line, least } from "./waterfall-fold.ts";
import { type Kind, type Part, type Row, rowsOf, tookOf } from "./waterfall-rows.ts";
import { type Mark, placeOf, type Scale, scaleOf } from "./waterfall-scale.ts";

const icons: Record<Kind, IconName> = {
  job: "jobs",
  own: "code",
  signal: "signal",
  approval: "approvals",
  sleep: "clock",
  list: "columns",
  undo: "undo",
};

const kindWords: Record<Kind, string> = {
  job: "Job",
  own: "Own code",
  signal: "Waits for a signal",
  approval: "Asks for a decision",
  sleep: "Waits for a time",
  list: "Job for each item",
  undo: "Undo",
};

/** So many rows of a group are shown at a time. */
const page = 50;

/** Every step of a run on one axis of time: what waited, what ran, what was tried again, and what is still open. */
export function Waterfall({ job }: { job: Job }) {
  const isLive = job.finished_at === undefined && job.status !== "failed" && job.status !== "cancelled";
  const isLong = Object.keys(job.steps ?? {}).length > 1_000;
  const tick = useNow(isLive ? (isLong ? 5_000 : 500) : 60_000);
  // What has ended grows no more, so that nothing is laid out anew.
  const now = isLive ? tick : (job.finished_at ?? 0);
  const { lines, scale } = useMemo(() => {
    const rows = rowsOf(job, now);
    return { lines: folded(rows), scale: scaleOf(rows) };
  }, [job.steps, now]);
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => keepStop(list.current));
  return (
    <div class="wf" style={gridOf(scale)}>
      <Axis marks={scale.marks} />
      <ol
        ref={list}
        class="wf-rows"
        aria-label="State of each step"
        onKeyDown={(event) => moveFocus(event, list.current)}
        onFocusIn={() => keepStop(list.current)}
      >
        {lines.map((line) => (
          <LineOf key={keyOf(line)} line={line} job={job} scale={scale} now={now} />
        ))}
      </ol>
    </div>
  );
}

const keyOf = (line: Line): string => ("row" in line ? line.row.key : `group ${line.group.key}`);

/** Arrows go from row to row: the rows of a run, 200 of them, are one stop of the Tab key. */
function moveFocus(event: KeyboardEvent, list: HTMLElement | null): void {
  const heads = headsOf(list);
  const at = heads.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  const places: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: heads.length - 1 };
  const next = heads[places[event.key] ?? -1];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

const headsOf = (list: HTMLElement | null) => [...(list?.querySelectorAll<HTMLElement>(".wf-row") ?? [])];

/** The row that had the focus last is the stop of the Tab key, and the first one before that or once it is gone. */
function keepStop(list: HTMLElement | null): void {
  const heads = headsOf(list);
  const focused = heads.find((head) => head === document.activeElement);
  const stop = focused ?? heads.find(({ tabIndex }) => tabIndex === 0) ?? heads[0];
  for (const head of heads) head.tabIndex = head === stop ? 0 : -1;
}

/** The lines of the axis behind all rows, and the stretches that are drawn shorter than they were, as two pictures of all tracks. */
function gridOf({ spans, marks }: Scale): Record<string, string> {
  const at = (left: number) => `${left.toFixed(2)}%`;
  const lines = marks
    .filter(({ isFolded }) => !isFolded)
    .map(({ left }) => at(left))
    .map(
      (left) =>
        `transparent ${left}, var(--line) ${left}, var(--line) calc(${left} + 1px), transparent calc(${left} + 1px)`,
    );
  const folds = spans
    .filter(({ isFolded }) => isFolded)
    .map(({ left, width }) => [at(left), at(left + width)])
    .map(([from, to]) => `transparent ${from}, var(--wf-fold) ${from}, var(--wf-fold) ${to}, transparent ${to}`);
  const picture = (stops: string[]) => (stops.length > 0 ? `linear-gradient(to right, ${stops.join(", ")})` : "none");
  return { "--wf-lines": picture(lines), "--wf-folds": picture(folds) };
}

const Axis = ({ marks }: { marks: Mark[] }) => (
  <div class="wf-axis" aria-hidden="true">
    {marks.map(({ at, left, ms, isFolded }) => (
      <span
        key={`${at} ${isFolded}`}
        class={isFolded ? "wf-folded" : left > 95 ? "wf-end" : left > 2 ? "wf-mid" : ""}
        style={{ left: `${left}%` }}
        title={isFolded ? `${duration(ms)} in which nothing ran, drawn shorter` : exactMs(ms)}
      >
        {isFolded ? `⋯ ${shortly(ms)}` : ms === 0 ? "0" : `+${duration(ms)}`}
      </span>
    ))}
  </div>
);

/** The larger unit alone: a stretch that is folded has room for no more. */
const shortly = (ms: number): string => duration(ms).split(" ").slice(0, 2).join(" ");

interface LineProps {
  job: Job;
  scale: Scale;
  now: number;
}

const LineOf = ({ line, ...props }: LineProps & { line: Line }) =>
  "row" in line ? <RowOf row={line.row} {...props} /> : <GroupOf group={line.group} {...props} />;

function RowOf({ row, job, scale, now }: LineProps & { row: Row }) {
  const [isOpen, setOpen] = useState(false);
  const detail = useId();
  return (
    <li class={`wf-item status-${row.status}`}>
      <button
        type="button"
        tabIndex={-1}
        class="wf-row"
        aria-expanded={isOpen}
        aria-controls={isOpen ? detail : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <Name kind={row.kind} name={row.name} />
        <span class="wf-state">
          <StatusBadge status={row.status} />
        </span>
        <Track parts={row.parts} scale={scale} status={row.status} isOpen={row.isOpen} />
        <Took row={row} now={now} />
      </button>
      {isOpen && (
        <div id={detail} class="wf-detail">
          <StepDetail row={row} job={job} kind={kindWords[row.kind]} />
        </div>
      )}
    </li>
  );
}

/** The name may be long, and written by anybody. What it is of, in a run of code, stands before the last slash. */
function Name({ kind, name }: { kind: Kind; name: string }) {
  const cut = name.lastIndexOf("/") + 1;
  return (
    <span class="wf-name" title={name}>
      <Icon name={icons[kind]} />
      <span class="sr-only">{kindWords[kind]}: </span>
      <span class="wf-name-text">
        {cut > 0 && (
          <span class="muted">
            <Plain text={name.slice(0, cut)} />
          </span>
        )}
        <Plain text={name.slice(cut)} />
      </span>
    </span>
  );
}

function Took({ row, now }: { row: Row; now: number }) {
  const took = tookOf(row);
  if (row.isOpen && row.until !== undefined)
    return <span class="wf-took num">{duration(Math.max(0, row.until - now))} left</span>;
  if (took === undefined) return <span class="wf-took num" />;
  return (
    <span class="wf-took num" title={exactMs(took)}>
      {duration(took)}
    </span>
  );
}

/** The list item says the same in words. */
const Track = ({ parts, scale, status, isOpen }: { parts: Part[]; scale: Scale; status: string; isOpen: boolean }) => (
  <span class="wf-track" aria-hidden="true">
    {parts.map(({ is, from, to }, place) => {
      const [left, right] = [placeOf(from, scale), placeOf(to, scale)];
      const grows = isOpen && place === parts.length - 1 ? "wf-grows" : "";
      return (
        <span
          key={`${is} ${from}`}
          class={`wf-part wf-${is} ${is === "failed" ? "status-failed" : `status-${status}`} ${grows}`}
          style={{ left: `min(${left}%, 100% - 3px)`, width: `${right - left}%` }}
          title={is === "queued" ? `waited ${exactMs(to - from)}` : exactMs(to - from)}
        />
      );
    })}
  </span>
);

/** Rows with names that are alike. It opens to a few of them at a time, since a run may have 10,000. */
function GroupOf({ group, ...props }: LineProps & { group: Group }) {
  const [isOpen, setOpen] = useState(false);
  const [shown, setShown] = useState(page);
  const inside = useId();
  const { rows, counts, parts, kind } = group;
  const [worst = ["completed"]] = [
    ...counts.filter(([status]) => status === "failed" || status === "not_undone"),
    ...counts.filter(([status]) => status !== "completed"),
    ...counts,
  ];
  const extent = extentOf(parts);
  const isGrowing = rows.some((row) => row.isOpen);
  return (
    <li class="wf-item">
      <button
        type="button"
        tabIndex={-1}
        class="wf-row wf-group"
        aria-expanded={isOpen}
        aria-controls={isOpen ? inside : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <span class="wf-name" title={group.name}>
          <Icon name={isOpen ? "down" : "chevron"} />
          <span class="sr-only">{kindWords[kind]}: </span>
          <span class="wf-name-text">
            <Plain text={group.name === "" ? kindWords[kind] : group.name} />
          </span>
          <span class="wf-count num">×{count(rows.length)}</span>
        </span>
        <span class="wf-state">
          <span class={`status status-${worst[0]}`}>
            <span class="status-dot" aria-hidden="true" />
            {countsText(counts)}
          </span>
        </span>
        <Track parts={parts} scale={props.scale} status={isGrowing ? "running" : "completed"} isOpen={false} />
        <span class="wf-took num">{extent === undefined ? "" : duration(extent)}</span>
      </button>
      {isOpen && (
        <div id={inside} class="wf-inside">
          <ol class="wf-rows" aria-label={`${plural(rows.length, "step")} ${group.name}`}>
            {rows.slice(0, shown).map((row) => (
              <RowOf key={row.key} row={row} {...props} />
            ))}
          </ol>
          {rows.length > shown && (
            <p class="wf-more">
              <button type="button" class="link" onClick={() => setShown(shown + page)}>
                {count(Math.min(page, rows.length - shown))} more
              </button>{" "}
              <span class="muted">of {count(rows.length - shown)} that are not shown</span>
            </p>
          )}
        </div>
      )}
    </li>
  );
}

/** From when the first of them began to when the last one ended. */
const extentOf = (parts: readonly Part[]): number | undefined =>
  parts.length === 0 ? undefined : -least(parts.map(({ to }) => -to)) - least(parts.map(({ from }) => from));

const words: Record<string, string> = { not_started: "not started", not_undone: "not undone" };
const countsText = (counts: Group["counts"]): string =>
  counts.map(([status, found]) => `${count(found)} ${words[status] ?? status}`).join(", ");
