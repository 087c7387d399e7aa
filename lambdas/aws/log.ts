import { Logger } from "@aws-lambda-powertools/logger";
import type { Log } from "../core/ports.ts";

/** JSON lines for CloudWatch. The level is the function's own setting (`AWS_LAMBDA_LOG_LEVEL`), INFO without one. */
export function makeLog(service: string): Log {
  const logger = new Logger({ serviceName: service });
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}
