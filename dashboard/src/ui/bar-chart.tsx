import { ceilingOf } from "./ceiling.ts";
import { count } from "./format.ts";
import "./bar-chart.css";

interface ChartBar {
  at: number;
  /** What the bar says on hover. */
  title: string;
  /** From below. */
  parts: { size: number; class: string }[];
  /** The page that the bar leads to. */
  href?: string;
}

interface Props {
  bars: ChartBar[];
  /** What the chart shows, in a sentence. */
  label: string;
  labelOf: (at: number) => string;
  /** How the scale says a size. Default: as a count. */
  textOf?: (size: number) => string;
  /** Which bars have a label below: every nth. */
  every: number;
  /** A value that bars should stay below. It is drawn once they come near it, so that it does not flatten those that are far. */
  bound?: { value: number; label: string };
}

const width = 1000;
const height = 132;

/** Bars over time. The texts are HTML, so that they keep their size when the bars are stretched. */
export function BarChart({ bars, label, labelOf, textOf = count, every, bound }: Props) {
  const sizes = bars.map(({ parts }) => parts.reduce((sum, { size }) => sum + size, 0));
  const shown = bound !== undefined && Math.max(0, ...sizes) > bound.value * nearBound ? bound : undefined;
  const top = ceilingOf(shown ? [...sizes, shown.value] : sizes);
  const step = width / Math.max(1, bars.length);
  return (
    <div class="chart">
      <div class="chart-scale" aria-hidden="true">
        <span>{textOf(top)}</span>
        <span>{Number.isInteger(top / 2) ? textOf(top / 2) : ""}</span>
        <span>0</span>
      </div>
      <svg
        class="chart-plot"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        // Bars that lead somewhere are links, which an image may not have.
        role={bars.some(({ href }) => href !== undefined) ? "group" : "img"}
        aria-label={label}
      >
        <title>{label}</title>
        {[0, 0.5, 1].map((line) => (
          <line key={line} class="chart-line" x1="0" x2={width} y1={line * height} y2={line * height} />
        ))}
        {shown && <Bound {...shown} top={top} />}
        {bars.map((bar, i) => (
          <Bar key={bar.at} bar={bar} x={i * step} step={step} top={top} />
        ))}
      </svg>
      <div class="chart-labels" aria-hidden="true">
        {bars.map(({ at }, i) => (
          <span key={at}>{i % every === 0 ? labelOf(at) : ""}</span>
        ))}
      </div>
    </div>
  );
}

/** From which part of the bound on it is drawn. */
const nearBound = 0.3;

function Bound({ value, label, top }: { value: number; label: string; top: number }) {
  const y = height - (value / top) * height;
  return (
    <g>
      <title>{label}</title>
      <line class="chart-bound" x1="0" x2={width} y1={y} y2={y} />
    </g>
  );
}

function Bar({ bar, x, step, top }: { bar: ChartBar; x: number; step: number; top: number }) {
  let y = height;
  const drawn = (
    <g class="chart-bar">
      <title>{bar.title}</title>
      <rect class="chart-hit" x={x} y="0" width={step} height={height} />
      {bar.parts.map(({ size, class: kind }) => {
        const tall = size === 0 ? 0 : Math.max(1.5, (size / top) * height);
        y -= tall;
        return (
          <rect key={kind} class={`chart-part ${kind}`} x={x + step * 0.12} y={y} width={step * 0.76} height={tall} />
        );
      })}
    </g>
  );
  if (bar.href === undefined) return drawn;
  return (
    <a href={`#${bar.href}`} aria-label={bar.title} class="chart-link">
      {drawn}
    </a>
  );
}
