import type { ScheduleStates, SyncedSchedules } from "../../../lambdas/core/ports/schedule-states.ts";

/** The item of the table, in memory. */
export function fakeScheduleStates(): ScheduleStates {
  let state: SyncedSchedules | undefined;
  return {
    get: async () => structuredClone(state),
    put: async (next) => {
      state = structuredClone(next);
    },
  };
}
