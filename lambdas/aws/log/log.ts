import { Console } from "node:console";
import type { Context } from "aws-lambda";
import type { Log } from "../../core/ports/ports.ts";
import { keptTrace, LogEnv, logLevels, readEnv } from "../start/env.ts";
import { emfOf } from "./emf.ts";

type Level = (typeof logLevels)[number];
type Fields = Record<string, unknown>;

/**
 * JSON lines for CloudWatch. The level is the function's own setting (`LOG_LEVEL`), INFO without one. Powertools' logger,
 * which asks the environment anew for each line and merges what is flat field by field, takes three times as long for the
 * same line.
 */
export function makeLog(service: string): Log {
  const { LOG_LEVEL: least, METRICS_NAMESPACE } = readEnv(LogEnv);
  const write = lineWriter(service);
  const at = (level: Level): Log["info"] =>
    logLevels.indexOf(level) < logLevels.indexOf(least) ? () => {} : (message, fields) => write(level, message, fields);
  // Metrics are lines: a log that is to say warnings only must not silence the alarms.
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
 * What every line says before its own fields, and no more: lines are the part of a job's price that is ours to choose.
 * Lambda's levels go by `level` and `timestamp`. A trace is named where X-Ray keeps it.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
function lineWriter(service: string): (level: Level, message: string, fields?: Fields) => void {
  // Not the global one: Lambda's puts what it is given into a line of its own.
  const out = new Console(process.stdout, process.stderr);
  return (level, message, fields) => {
    const timestamp = new Date().toISOString();
    const line = JSON.stringify({ level, message, timestamp, service, xray_trace_id: keptTrace(), ...fields });
    if (level === "WARN" || level === "ERROR") out.error(line);
    else out.log(line);
  };
}

/**
 * Every job has a measurement, so that the id would cost more than it tells: the stream of the log that such a line is in
 * belongs to one process, which has one invocation at a time.
 */
const withoutInvocation = ({ function_request_id: _, ...fields }: Fields) => fields;

/** What leads from a line to the invocation that wrote it: Lambda's own lines have the same id. */
export const invocationFields = (context: Partial<Context> | undefined) =>
  context?.awsRequestId === undefined ? {} : { function_request_id: context.awsRequestId };
