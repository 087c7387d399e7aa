import type { Measured } from "../../core/job/measures.ts";

/**
 * Measured values as part of a log line, in CloudWatch's embedded metric format, from which CloudWatch makes metrics. A measurement
 * without a type and a product has the service as its dimension. There are no others, since every further dimension makes another
 * metric that costs money. The format is written by hand because every job writes such a line, and CloudWatch charges by the byte:
 * units are optional, but Powertools always writes them. Here the name of a value has its unit (`_ms`), or the value is a count.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfOf(namespace: string, now: number, { values, of, also }: Measured) {
  const directive = (one: { values: object; of?: object }) => ({
    Namespace: namespace,
    // Every log line has the field `service`.
    Dimensions: [one.of ? Object.keys(one.of) : ["service"]],
    Metrics: Object.keys(one.values).map((Name) => ({ Name })),
  });
  const CloudWatchMetrics = [directive({ values, ...(of && { of }) }), ...(also ? [directive(also)] : [])];
  return { _aws: { Timestamp: now, CloudWatchMetrics }, ...of, ...values, ...also?.of, ...also?.values };
}
