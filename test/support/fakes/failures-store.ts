import {
  type DayFailures,
  type FailureGroup,
  groupsPerDay,
  mergedGroup,
  otherFingerprint,
  otherOf,
} from "../../../lambdas/core/job/failure-group.ts";
import type { Failures } from "../../../lambdas/core/ports/failures.ts";

/** Groups of failures in memory. */
export function fakeFailures(): Failures & { all(): DayFailures[] } {
  const days = new Map<string, DayFailures[]>();
  const marks = new Set<string>();
  const ofDay = (product: string, env: string, day: number): DayFailures[] => {
    const key = JSON.stringify([product, env, day]);
    const found = days.get(key) ?? [];
    days.set(key, found);
    return found;
  };
  const place = (known: DayFailures[], group: FailureGroup): FailureGroup => {
    const isKnown = known.some((one) => one.group.fingerprint === group.fingerprint);
    const own = known.filter((one) => one.group.fingerprint !== otherFingerprint).length;
    return isKnown || own < groupsPerDay ? group : otherOf(group);
  };
  return {
    all: () => structuredClone([...days.values()].flat()),

    async add(failures) {
      for (const { mark, written_at: _, ...failure } of failures) {
        const own = `${mark} ${failure.product} ${failure.env} ${failure.day} ${failure.group.fingerprint}`;
        if (marks.has(own)) continue;
        marks.add(own);
        const known = ofDay(failure.product, failure.env, failure.day);
        const group = place(known, failure.group);
        const before = known.find((one) => one.group.fingerprint === group.fingerprint);
        if (before) before.group = mergedGroup(before.group, group);
        else known.push({ ...failure, group });
      }
    },

    read: async (product, env, day) => structuredClone(ofDay(product, env, day).map(({ group }) => group)),
  };
}
