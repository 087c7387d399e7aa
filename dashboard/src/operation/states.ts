import type { Operation, OperationState } from "../../../sdk/src/index.ts";

/** What an operation does to each of its jobs. */
export const actionNames: Readonly<Record<Operation["action"], string>> = {
  retry: "Retry",
  cancel: "Cancel",
  reschedule: "Reschedule",
  "run-now": "Run now",
  pause: "Pause",
  resume: "Resume",
  delete: "Delete",
  count: "Count",
};

/** An action of a later version is shown by its own name. */
export const actionName = (action: string): string =>
  Object.hasOwn(actionNames, action) ? actionNames[action as Operation["action"]] : action;

/** Whether it changes no job. */
export const onlyCounts = ({ action, dry_run }: Pick<Operation, "action" | "dry_run">): boolean =>
  action === "count" || dry_run === true;

const over: readonly OperationState[] = ["done", "stopped", "halted", "refused"];

export const isOver = ({ state }: Pick<Operation, "state">): boolean => over.includes(state);

export type Standing = Pick<Operation, "state" | "paused" | "stopping">;

/** Whether it goes on by itself, so that what is shown of it is about to change. */
export const goesOn = (operation: Standing): boolean =>
  !isOver(operation) && (!operation.paused || operation.stopping === true);

export const mostPerSecond = 200;

/** The whole number of a field, within its limits; undefined for anything else. */
export function wholeOf(text: string, least: number, most: number): number | undefined {
  const value = Number(text.trim());
  return /^\d+$/.test(text.trim()) && value >= least && value <= most ? value : undefined;
}
