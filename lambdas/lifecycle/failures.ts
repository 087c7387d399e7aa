import { type DayFailures, dayOf, groupOf, merged } from "../core/job/failure-group.ts";
import type { Transition } from "./events.ts";

/** The failed runs among transitions, by tenant, day and cause: one entry per group, however many jobs failed. */
export function failuresOf(transitions: readonly Transition[]): DayFailures[] {
  const groups = new Map<string, DayFailures>();
  for (const transition of transitions) {
    const failure = failureOf(transition);
    if (!failure) continue;
    const { product, env, day, group } = failure;
    const key = JSON.stringify([product, env, day, group.fingerprint]);
    const before = groups.get(key);
    groups.set(key, before ? { ...failure, group: merged(before.group, group) } : failure);
  }
  return [...groups.values()];
}

function failureOf({ name, time, detail, ended }: Transition): DayFailures | undefined {
  const error = ended?.error;
  if (name !== "failed" || !error) return undefined;
  const { product_tag: product, env, job_id, event, type } = detail;
  const { code, message, provider_code } = error;
  return {
    product,
    env,
    day: dayOf(time),
    group: groupOf({ job_id, event, type, at: time, code, provider_code, message }),
  };
}
