import type { ComponentChildren } from "preact";
import type { Percentiles, Stats } from "../../../../sdk/src/index.ts";
import { count, duration, percent } from "../../ui/format.ts";

/** The figures that say whether all is well. */
export function Figures({ stats }: { stats: Stats | undefined }) {
  const done = stats && stats.counts.completed + stats.counts.failed;
  const hours = stats && (stats.to - stats.from) / 3_600_000;
  return (
    <div class="figures">
      <Figure name="Runs" value={done === undefined ? undefined : count(done)}>
        {done !== undefined && hours !== undefined && <>{(done / hours).toFixed(done / hours < 10 ? 1 : 0)} per hour</>}
      </Figure>
      <Figure name="Success" value={rateOf(stats)} tone={toneOf(stats?.success_rate)}>
        {stats && (
          <>
            {count(stats.counts.failed)} failed, {count(stats.counts.cancelled)} cancelled
          </>
        )}
      </Figure>
      <Spread name="Lateness" of={stats?.lateness_ms} note=", with waits for limits" />
      <Spread name="Duration" of={stats?.duration_ms} />
      <Figure name="Attempts per run" value={stats?.mean_attempts == null ? undefined : stats.mean_attempts.toFixed(2)}>
        {stats && <>{count(stats.completed_after_retry)} completed after a retry</>}
      </Figure>
    </div>
  );
}

const rateOf = (stats: Stats | undefined) => (stats?.success_rate == null ? undefined : percent(stats.success_rate));

const toneOf = (rate: number | null | undefined) =>
  rate == null || rate >= 0.99 ? "" : rate >= 0.95 ? "late" : "very-late";

const Spread = ({ name, of, note }: { name: string; of: Percentiles | undefined; note?: string }) => (
  <Figure name={name} value={of?.p50 == null ? undefined : duration(of.p50)} unit="p50">
    {of?.p99 != null && (
      <>
        <span class="num">{duration(of.p99)}</span> p99{note}
      </>
    )}
  </Figure>
);

interface FigureProps {
  name: string;
  value: string | undefined;
  unit?: string;
  tone?: string;
  children?: ComponentChildren;
}

const Figure = ({ name, value, unit, tone = "", children }: FigureProps) => (
  <div class="figure">
    <span class="figure-name">{name}</span>
    <span class={`figure-value ${tone}`}>
      {value ?? "–"}
      {unit && value !== undefined && <small> {unit}</small>}
    </span>
    <span class="figure-note">{children}</span>
  </div>
);
