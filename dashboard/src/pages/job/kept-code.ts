import type { JobSummary } from "../../../../sdk/src/index.ts";

/**
 * How many versions of the code have come after that of a run, as far as the latest runs of its event tell: the code that began last is the
 * latest. Undefined if none of them knows of code.
 */
export function versionsBehind(bundle: string, latest: readonly Pick<JobSummary, "bundle" | "created_at">[]) {
  const newest = latest.toSorted((a, b) => b.created_at - a.created_at);
  const bundles = [...new Set(newest.flatMap((job) => (job.bundle === undefined ? [] : [job.bundle])))];
  if (bundles.length === 0) return undefined;
  const place = bundles.indexOf(bundle);
  // A run that is older than all of these is behind each of their versions.
  return place < 0 ? bundles.length : place;
}
