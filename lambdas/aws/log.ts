import { isRequestXRaySampled } from "@aws-lambda-powertools/commons/utils/env";
import { LogFormatter, Logger, LogItem } from "@aws-lambda-powertools/logger";
import type { LogAttributes, UnformattedAttributes } from "@aws-lambda-powertools/logger/types";
import type { Context } from "aws-lambda";
import type { Log } from "../core/ports.ts";
import { emfOf } from "./emf.ts";
import { LogEnv, readEnv } from "./env.ts";

/** JSON lines for CloudWatch. The level is the function's own setting (`POWERTOOLS_LOG_LEVEL`), INFO without one. */
export function makeLog(service: string): Log {
  const { METRICS_NAMESPACE } = readEnv(LogEnv);
  const logger = new Logger({ serviceName: service, logFormatter: new ShortLines() });
  const measurements = measuring(logger, service);
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
    measure: (message, measured, fields = {}) =>
      measurements.info(message, {
        ...(measured.of ? withoutInvocation(fields) : fields),
        ...emfOf(METRICS_NAMESPACE, Date.now(), measured),
      }),
  };
}

/** Metrics are lines: a log that is to say warnings only must not silence the alarms. */
const measuring = (logger: Logger, serviceName: string): Logger =>
  logger.getLevelName() === "SILENT"
    ? logger
    : new Logger({ serviceName, logLevel: "INFO", logFormatter: new ShortLines() });

/**
 * What every line says before its own fields, and no more: lines are the part of a job's price that is ours to choose.
 * Lambda's levels go by `level` and `timestamp`. A trace is named where X-Ray keeps it.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
class ShortLines extends LogFormatter {
  formatAttributes(attributes: UnformattedAttributes, fields: LogAttributes): LogItem {
    const { logLevel, message, timestamp, serviceName, xRayTraceId } = attributes;
    const line = { level: logLevel, message, timestamp: this.formatTimestamp(timestamp), service: serviceName };
    const trace = isRequestXRaySampled() ? { xray_trace_id: xRayTraceId } : {};
    return new LogItem({ attributes: { ...line, ...trace, ...fields } });
  }
}

/**
 * Every job has a measurement, so that the id would cost more than it tells: the stream of the log that such a line is in
 * belongs to one process, which has one invocation at a time.
 */
const withoutInvocation = ({ function_request_id: _, ...fields }: Record<string, unknown>) => fields;

/** What leads from a line to the invocation that wrote it: Lambda's own lines have the same id. */
export const invocationFields = (context: Partial<Context> | undefined) =>
  context?.awsRequestId === undefined ? {} : { function_request_id: context.awsRequestId };
