import type { Measured } from "../../core/job/measures.ts";

/**
 * Measured values as part of a log line, in CloudWatch's embedded metric format: CloudWatch takes them from the line as it
 * arrives. What says nothing of a type and product is of the service; every further dimension would make a further metric,
 * and be paid. Written by hand because a line is paid by the byte, once for every job: units are optional, and Powertools
 * does not leave them out. The names say them (`_ms`), and whatever does not is a count.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfOf(namespace: string, now: number, { values, of }: Measured) {
  // Every line has its service.
  const dimensions = of ? Object.keys(of) : ["service"];
  const Metrics = Object.keys(values).map((Name) => ({ Name }));
  const directive = { Namespace: namespace, Dimensions: [dimensions], Metrics };
  return { _aws: { Timestamp: now, CloudWatchMetrics: [directive] }, ...of, ...values };
}
