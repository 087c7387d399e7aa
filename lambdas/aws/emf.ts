import { Metrics } from "@aws-lambda-powertools/metrics";
import { type Measure, type Measured, measures } from "../core/measures.ts";

/**
 * Measured values as part of a log line, in CloudWatch's embedded metric format: CloudWatch takes them from the line as it
 * arrives. What says nothing of a type and product is of the service. The namespace is the function's own setting
 * (`POWERTOOLS_METRICS_NAMESPACE`).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfWriter(serviceName: string): (measured: Measured) => Record<string, unknown> {
  const metrics = new Metrics({ serviceName });
  // Every further dimension would make a further metric, and be paid.
  metrics.clearDefaultDimensions();
  return ({ values, of = { service: serviceName } }) => {
    for (const [name, value] of Object.entries(values)) metrics.addMetric(name, measures[name as Measure], value);
    metrics.addDimensions(of);
    // The logger says the service of each line.
    const { service: _said, ...line } = metrics.serializeMetrics();
    metrics.clearMetrics();
    metrics.clearDimensions();
    return line;
  };
}
