import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Duration } from "aws-cdk-lib/core";
import { jobTypes } from "../../../lambdas/core/job/job.ts";

/** A condition that raises an alarm. */
export interface AlarmSpec {
  /** The end of the alarm's name, `<stack>-<name>`. */
  name: string;
  /** The heading in docs/operations/alarms.md that says what to do. */
  section: string;
  /** The same in a sentence or two. */
  summary: string;
  /**
   * The name that alarms of several resources share where they are joined to one, which has the same section and summary.
   * Absent: this alarm stands for itself.
   */
  kind?: string;
  metric: IMetric;
  /** The alarm is raised when the metric reaches this value, or falls below it if `below` is set. */
  threshold: number;
  below?: true;
  /** In how many of the last `evaluationPeriods` periods. Both default to 1. */
  datapoints?: number;
  evaluationPeriods?: number;
  /**
   * Missing data raises the alarm too. By default it means that all is well: most of these metrics exist only while
   * something is wrong.
   */
  missingDataIsBad?: true;
}

/**
 * Of which kind the alarm of a queue or function is: those of a job type, and those that serve all of them, are joined apart. The page of
 * approvals, for which runs wait, and hooks are with the first: an alarm holds ten metrics.
 */
export const kindOf = (what: string, name: string): string =>
  ["approve", "hooks"].includes(name) ||
  jobTypes.some((type) => name === `queue-${type}` || name === `consumers-${type}`)
    ? `${what}-jobs`
    : `${what}-system`;

export const perFiveMinutes = { period: Duration.minutes(5) };
export const sum = { ...perFiveMinutes, statistic: "Sum" };
export const maximum = { ...perFiveMinutes, statistic: "Maximum" };

/** The fragment under which Markdown renderers address a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
