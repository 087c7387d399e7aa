import { type DayFailures, failureGroupOf, utcDayOf } from "../core/job/failure-group.ts";
import type { Counted } from "../core/ports/stats-store.ts";
import type { Countable } from "./counts.ts";

/** The failed runs among transitions, with the group of each. */
export const failuresOf = (transitions: readonly Countable[]): (DayFailures & Counted)[] =>
  transitions.flatMap(dayFailureOf);

function dayFailureOf({ name, time, detail, ended, mark, written_at }: Countable): (DayFailures & Counted)[] {
  const error = ended?.error;
  if (name !== "failed" || !error) return [];
  const { product_tag: product, env, job_id, event, type } = detail;
  const { code, message, provider_code } = error;
  const group = failureGroupOf({ job_id, event, type, at: time, code, provider_code, message });
  return [{ mark, written_at, product, env, day: utcDayOf(time), group }];
}
