import type { JobRepeat, Rescheduling } from "../../../../sdk/src/index.ts";
import { besideRule } from "../../job/beside-rule.ts";

/** The series as text fields: the cron or the interval, and the zone. */
interface SeriesFields {
  rule: string;
  tz: string;
}

export const seriesFieldsOf = (repeat: JobRepeat | undefined): SeriesFields => ({
  rule: repeat?.cron ?? String(repeat?.every ?? ""),
  tz: repeat?.tz ?? "",
});

/** What to ask for with a time in ISO 8601; undefined while a field makes no sense. What the series has beside its rule stays as it is. */
export function reschedulingOf(
  at: string,
  repeat: JobRepeat | undefined,
  { rule, tz }: SeriesFields,
): Rescheduling | undefined {
  const start_at = Date.parse(at);
  if (Number.isNaN(start_at)) return undefined;
  if (!repeat) return { start_at };
  const { limit, end_date, overlap } = repeat;
  const kept = {
    ...{ ...(limit !== undefined && { limit }), ...(end_date !== undefined && { end_date }), overlap },
    ...besideRule(repeat),
  };
  if (repeat.cron !== undefined) {
    return rule.trim() === ""
      ? undefined
      : { start_at, repeat: { cron: rule.trim(), ...(tz.trim() && { tz: tz.trim() }), ...kept } };
  }
  const every = Number(rule);
  return Number.isInteger(every) && every >= 1000 ? { start_at, repeat: { every, ...kept } } : undefined;
}
