import { least } from "./waterfall-fold.ts";
import type { Part, Row } from "./waterfall-rows.ts";

/** A stretch of time on the axis. Times are epoch milliseconds, places percent of its width. */
export interface Span {
  from: number;
  to: number;
  left: number;
  width: number;
  /** Nothing ran in it, and it was long: it is drawn shorter than it was. */
  isFolded: boolean;
}

export interface Mark {
  at: number;
  /** Percent of the width. */
  left: number;
  /** Milliseconds since the beginning; of a stretch that is folded how long it was. */
  ms: number;
  isFolded: boolean;
}

export interface Scale {
  spans: Span[];
  marks: Mark[];
}

/** A stretch in which nothing runs is folded from this share of the time on, if that leaves at most this much of it. */
const leastFolded = 0.1;
const mostLeft = 0.1;
/** In percent of the width. */
const foldedWidth = 12;
const leastWidth = 8;
/** How near to another one a label may be. */
const leastApart = 13;

/** Lengths that read well, in milliseconds. */
const nice = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 18e5, 36e5, 216e5, 864e5, 6048e5, 2592e6,
];

/**
 * One axis for all rows. A run may wait for three days between steps of milliseconds: to scale, nothing of them would be seen. So what it
 * waits is folded where that is most of its time.
 */
export function scaleOf(rows: readonly Row[]): Scale {
  const parts = rows.flatMap((row) => row.parts);
  if (parts.length === 0) return { spans: [], marks: [] };
  const from = least(parts.map((part) => part.from));
  const to = Math.max(from + 1, -least(parts.map((part) => -part.to)));
  const spans = placed(stretches(parts, from, to));
  return { spans, marks: marksOf(spans, from) };
}

type Stretch = Pick<Span, "from" | "to" | "isFolded">;

function stretches(parts: readonly Part[], from: number, to: number): Stretch[] {
  const whole: Stretch = { from, to, isFolded: false };
  const ran = parts.filter(({ is }) => is === "ran" || is === "failed").sort((a, b) => a.from - b.from);
  if (ran.length === 0) return [whole];
  // Two waits that follow each other are two stretches, of which one may be short.
  const ends = parts.filter(({ is }) => is === "waits").flatMap((part) => [part.from, part.to]);
  const bounds = [...new Set(ends)].sort((a, b) => a - b);
  const idle: Stretch[] = [];
  let at = from;
  const reach = (next: number) => {
    if (next - at >= leastFolded * (to - from)) idle.push({ from: at, to: next, isFolded: true });
    at = Math.max(at, next);
  };
  let place = 0;
  for (const part of [...ran, { from: to, to }]) {
    for (; (bounds[place] ?? to) < part.from; place++) reach(bounds[place] ?? to);
    reach(part.from);
    at = Math.max(at, part.to);
  }
  const left = to - from - idle.reduce((sum, one) => sum + one.to - one.from, 0);
  if (left > mostLeft * (to - from)) return [whole];
  const all: Stretch[] = [];
  let end = from;
  for (const one of idle) {
    if (one.from > end) all.push({ from: end, to: one.from, isFolded: false });
    all.push(one);
    end = one.to;
  }
  return end < to ? [...all, { from: end, to, isFolded: false }] : all;
}

/** What is folded has its width, and the rest is to scale, but for what would not be seen. */
function placed(all: readonly Stretch[]): Span[] {
  const shown = all.filter(({ isFolded }) => !isFolded);
  const total = shown.reduce((sum, one) => sum + one.to - one.from, 0);
  const wanted = all.map((one) =>
    one.isFolded ? foldedWidth : Math.max(leastWidth, ((one.to - one.from) / total) * 100),
  );
  const sum = wanted.reduce((a, b) => a + b, 0);
  let left = 0;
  return all.map((one, place) => {
    const width = ((wanted[place] ?? 0) / sum) * 100;
    const span = { ...one, left, width };
    left += width;
    return span;
  });
}

function marksOf(spans: readonly Span[], from: number): Mark[] {
  const ofFolds = spans
    .filter(({ isFolded }) => isFolded)
    .map(
      (span): Mark => ({ at: span.from, left: span.left + span.width / 2, ms: span.to - span.from, isFolded: true }),
    );
  const marks = [...ofFolds];
  for (const [place, span] of spans.entries()) {
    if (span.isFolded) continue;
    const length = span.to - span.from;
    const step = nice.find((one) => (length / one) * 20 <= span.width) ?? length;
    // After days of waiting all times have the same days: the first says so.
    const most = place === 0 ? Math.floor(length / step) : 0;
    for (let i = 0; i <= most; i++) {
      const at = span.from + i * step;
      const left = span.left + (i * step * span.width) / length;
      if (marks.every((one) => Math.abs(one.left - left) >= leastApart))
        marks.push({ at, left, ms: at - from, isFolded: false });
    }
  }
  return marks.sort((a, b) => a.left - b.left);
}

/** Where a time is on the axis, 0 to 100. */
export function placeOf(at: number, { spans }: Pick<Scale, "spans">): number {
  const span = spans.find(({ to }) => at <= to) ?? spans.at(-1);
  if (!span) return 0;
  const share = (at - span.from) / Math.max(1, span.to - span.from);
  return span.left + Math.min(1, Math.max(0, share)) * span.width;
}
