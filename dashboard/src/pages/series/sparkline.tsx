import type { Series } from "../../../../sdk/src/index.ts";
import { barsOf, saidOf } from "./runs.ts";

const most = 30;
const step = 6;
const tall = 32;

/** The last thirty runs as bars: colour by outcome, height by duration, the latest at the right. */
export function Sparkline({ runs }: { runs: Series["last_runs"] }) {
  const bars = barsOf(runs.slice(0, most));
  const first = (most - bars.length) * step;
  return (
    <svg class="spark" viewBox={`0 0 ${most * step} ${tall}`} role="img" aria-label={saidOf(runs)}>
      <line x1="0" x2={most * step} y1={tall - 0.5} y2={tall - 0.5} class="spark-base" />
      {bars.map(({ run, status, height, words }, i) => (
        <rect
          key={run}
          class={`status-${status}`}
          x={first + i * step}
          y={tall - height * tall}
          width={step - 2}
          height={height * tall}
          rx="1"
        >
          <title>{words}</title>
        </rect>
      ))}
    </svg>
  );
}
