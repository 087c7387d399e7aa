import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Duration } from "aws-cdk-lib/core";

/** Something that an alarm is about. */
export interface Watch {
  /** Part of the alarm's name: `<stack>-<what>`. */
  what: string;
  /** The heading in docs/operations/alarms.md that says what to do. */
  section: string;
  /** The same in a sentence or two. */
  todo: string;
  metric: IMetric;
  /** It is an alarm at this value, in so many of the last so many periods; below it for `less`. */
  at: number;
  less?: true;
  periods?: number;
  of?: number;
  /** Silence is an alarm too. Otherwise it is good news: most of these metrics exist only while something is wrong. */
  silence?: "bad";
}

export const five = { period: Duration.minutes(5) };
export const sum = { ...five, statistic: "Sum" };
