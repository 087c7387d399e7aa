import { Console } from "node:console";
import type { Context } from "aws-lambda";
import type { Log } from "../../core/ports/log.ts";
import { LogEnv, logLevels, readEnv, sampledTraceId } from "../start/env.ts";
import { emfOf } from "./emf.ts";

type Level = (typeof logLevels)[number];
type LogFields = Record<string, unknown>;

/**
 * Writes JSON lines for CloudWatch, from the level that the function's `LOG_LEVEL` sets (default: INFO). The logger of Powertools
 * takes three times as long for the same line, since it reads the environment for each line and merges its fields one by one.
 */
export function makeLog(service: string): Log {
  const { LOG_LEVEL: least, METRICS_NAMESPACE } = readEnv(LogEnv);
  const write = lineWriter(service);
  const at = (level: Level): Log["info"] =>
    logLevels.indexOf(level) < logLevels.indexOf(least) ? () => {} : (message, fields) => write(level, message, fields);
  // Metrics are log lines too: a log level of WARN must not silence the alarms.
  const measure: Log["measure"] = (message, measured, fields = {}) =>
    write("INFO", message, {
      ...(measured.of ? withoutInvocation(fields) : fields),
      ...emfOf(METRICS_NAMESPACE, Date.now(), measured),
    });
  return {
    debug: at("DEBUG"),
    info: at("INFO"),
    warn: at("WARN"),
    error: at("ERROR"),
    measure: least === "SILENT" ? () => {} : measure,
  };
}

/**
 * Writes lines with as few common fields as possible, since log lines are a large part of the cost of a job. Lambda's log level
 * filter reads `level` and `timestamp`. The trace id is there only if X-Ray samples the trace.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
function lineWriter(service: string): (level: Level, message: string, fields?: LogFields) => void {
  // Not the global console: in Lambda it wraps each message in a log line of its own format.
  const out = new Console(process.stdout, process.stderr);
  return (level, message, fields) => {
    const timestamp = new Date().toISOString();
    const line = JSON.stringify({ level, message, timestamp, service, xray_trace_id: sampledTraceId(), ...fields });
    if (level === "WARN" || level === "ERROR") out.error(line);
    else out.log(line);
  };
}

/**
 * Every job writes a measurement, and there the invocation's id would cost more than it helps: a log stream belongs to one process,
 * which runs one invocation at a time.
 */
const withoutInvocation = ({ function_request_id: _, ...fields }: LogFields) => fields;

/** The id of the invocation that writes a line. Lambda's own log lines have the same id. */
export const invocationFields = (context: Partial<Context> | undefined) =>
  context?.awsRequestId === undefined ? {} : { function_request_id: context.awsRequestId };
