const oneTime = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;

/**
 * Epoch milliseconds of `at(yyyy-mm-ddThh:mm:ss)`; undefined for anything else. UTC only: the adapter uses nothing else, and
 * neither rate() nor cron().
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function parseAt(expression: string, timezone = "UTC"): number | undefined {
  const written = oneTime.exec(expression)?.[1];
  if (written === undefined || timezone !== "UTC") return undefined;
  const time = Date.parse(`${written}Z`);
  // `Date.parse` rejects the 32nd, but takes February 30 for a day in March.
  return Number.isNaN(time) || !new Date(time).toISOString().startsWith(written) ? undefined : time;
}
