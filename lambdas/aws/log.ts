import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import type { Log } from "../core/ports.ts";
import { emfWriter } from "./emf.ts";

/**
 * JSON lines for CloudWatch, each with the trace of its invocation. The level is the function's own setting
 * (`POWERTOOLS_LOG_LEVEL`), INFO without one.
 */
export function makeLog(service: string): Log {
  const logger = new Logger({ serviceName: service });
  const measurements = measuring(logger, service);
  const emf = emfWriter(service);
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
    measure: (message, measured, fields = {}) => measurements.info(message, { ...fields, ...emf(measured) }),
  };
}

/** Metrics are lines: a log that is to say warnings only must not silence the alarms. */
const measuring = (logger: Logger, serviceName: string): Logger =>
  logger.getLevelName() === "SILENT" ? logger : new Logger({ serviceName, logLevel: "INFO" });

/** What leads from a line to the invocation that wrote it: Lambda's own lines have the same id. */
export const invocationFields = (context: Partial<Context> | undefined) =>
  context?.awsRequestId === undefined ? {} : { function_request_id: context.awsRequestId };
