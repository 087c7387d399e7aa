import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { type AlarmSpec, perFiveMinutes } from "./alarm-spec.ts";

/** The most metrics of an alarm. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
const mostMetrics = 10;

/**
 * One alarm instead of one per queue or function: a stack holds 500 resources, and there are 50 of these. It costs the same, because
 * metrics are billed. While it lasts it does not tell of a second queue.
 */
export const joinAlarms = (specs: readonly AlarmSpec[]): AlarmSpec[] =>
  Object.entries(Object.groupBy(specs, ({ kind, name }) => kind ?? name)).flatMap(([kind, all = []]) =>
    partsOf(all).map((part, i) =>
      part.length === 1 && part[0] ? part[0] : joined(i === 0 ? kind : `${kind}-${i + 1}`, part),
    ),
  );

/** Raised when one of the metrics reaches its own threshold. Data that is missing of one does not hide another. */
function joined(name: string, specs: readonly AlarmSpec[]): AlarmSpec {
  const [first] = specs as [AlarmSpec];
  const shares = specs.map(({ threshold }, i) => `m${i} / ${threshold}`);
  const metric = new MathExpression({
    expression: `MAX([${shares.join(", ")}])`,
    usingMetrics: Object.fromEntries(specs.map(({ metric }, i) => [`m${i}`, metric])),
    label: `the highest of ${name}, as a share of its threshold`,
    ...perFiveMinutes,
  });
  return { ...first, name, metric, threshold: 1 };
}

const partsOf = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / mostMetrics) }, (_, i) =>
    all.slice(i * mostMetrics, (i + 1) * mostMetrics),
  );
