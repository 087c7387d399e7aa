import { type ImportCursor, lineId } from "../../core/job/import-cursor.ts";
import { type Fault, InternalError, PermanentError, traceOf } from "../../core/kernel/errors.ts";
import { invalidRequest, RequestError } from "../../core/kernel/request-error.ts";
import { type Scheduled, scheduleJobs } from "../../core/operations/schedule-requests.ts";
import { shortened } from "../../core/outbound/rejection.ts";
import type { AcceptedRequest } from "../../core/requests/request.ts";
import { requestJson } from "../../core/requests/request-json.ts";
import { acceptRequest } from "../schedule-request.ts";
import type { IntakeServices } from "../services.ts";
import type { ImportLine } from "./lines.ts";

/** An entry of the report. */
export type LineReport =
  | { line: number; job_id: string }
  | { line: number; code: string; detail: string; errors?: Fault[]; job_id?: string };

/** In bytes: as long as a message of SQS may be. */
export const longestLine = 1_048_576;

/** The pauses before lines that were refused for now are tried again. */
const pausesMs = [500, 2000, 5000];

interface Pending {
  line: number;
  request: AcceptedRequest;
  /** The error of the last try, unless AWS refused for now. */
  fault?: unknown;
}

/**
 * Schedules the requests of some lines in as few calls as AWS allows. Answers a report on each line that is not blank, in
 * order, or undefined if some lines failed at every try; repeating the lines makes the same jobs. A fault of ours is reported
 * for its line as long as other lines succeed. If none does, the whole deployment may be at fault, and the import waits.
 */
export async function scheduleLines(
  services: IntakeServices,
  cursor: ImportCursor,
  lines: readonly ImportLine[],
): Promise<LineReport[] | undefined> {
  const reports: LineReport[] = [];
  let left: Pending[] = [];
  for (const line of lines) {
    const read = readLine(services, cursor, line);
    if (read && "request" in read) left.push(read);
    else if (read) reports.push(read);
  }
  for (const [round, pause] of [...pausesMs, undefined].entries()) {
    left = await schedulePending(services, left, reports);
    if (round > 0 && reports.some((report) => !("code" in report))) left = withoutFaults(services, left, reports);
    if (left.length === 0) return reports.sort((a, b) => a.line - b.line);
    if (pause !== undefined) await services.clock.sleep(pause);
  }
  return undefined;
}

/** Reports the lines that failed by a fault of ours. Returns the others. */
function withoutFaults(services: IntakeServices, pending: Pending[], reports: LineReport[]): Pending[] {
  return pending.filter(({ line, fault }) => {
    if (fault === undefined) return true;
    reports.push(lineFault(services, line, fault));
    return false;
  });
}

/** Tries to schedule the lines and reports those that are settled. Returns the others. */
async function schedulePending(
  services: IntakeServices,
  pending: Pending[],
  reports: LineReport[],
): Promise<Pending[]> {
  const outcomes = await scheduleJobs(
    services,
    pending.map(({ request }) => request),
  );
  return pending.flatMap(({ line, request }, i): Pending[] => {
    const outcome = outcomes[i] as Scheduled;
    if ("job" in outcome) {
      reports.push({ line, job_id: outcome.job.id });
      return [];
    }
    const { error } = outcome;
    if (!(error instanceof RequestError)) return [{ line, request, fault: error }];
    if (error.code === "UNAVAILABLE") return [{ line, request }];
    if (error.cause instanceof PermanentError) logSetAside(services, line, error.cause);
    reports.push(refusedLine(line, error));
    return [];
  });
}

function readLine(services: IntakeServices, cursor: ImportCursor, { number: line, bytes }: ImportLine) {
  if (bytes && isBlank(bytes)) return undefined;
  try {
    const sender = { source: "s3", id: lineId(cursor, line) } as const;
    return { line, request: acceptRequest(services, jsonOf(bytes), sender, cursor.put_at) };
  } catch (error) {
    return lineFault(services, line, error);
  }
}

/** The report on a line that failed. A fault of ours, too, is reported for its line only. */
function lineFault(services: IntakeServices, line: number, error: unknown): LineReport {
  if (error instanceof RequestError) return refusedLine(line, error);
  logSetAside(services, line, error);
  return {
    line,
    code: "INTERNAL",
    detail: "Something went wrong on our side; the log has the details under this line number.",
    ...(error instanceof InternalError && { job_id: error.jobId }),
  };
}

/** Logged and counted because the sender is not at fault: those who run the deployment do not read the report. */
function logSetAside({ log }: IntakeServices, line: number, error: unknown): void {
  log.error("a line could not be scheduled; the report has it", { line, ...traceOf(error) });
  log.measure("set aside", { values: { set_aside: 1 } });
}

const refusedLine = (line: number, { code, message, faults, jobId }: RequestError): LineReport => ({
  line,
  code,
  detail: message,
  ...(faults.length > 0 && { errors: shortened(faults) }),
  ...(jobId !== undefined && { job_id: jobId }),
});

/** A byte order mark alone is no request either: a file may begin with one, and an empty line. */
const isBlank = (bytes: Buffer) => withoutMark(bytes).every((byte) => byte === 0x20 || byte === 0x09);
const mark = Buffer.from("\ufeff");
const withoutMark = (bytes: Buffer) => (bytes.subarray(0, 3).equals(mark) ? bytes.subarray(3) : bytes);

/** Parses a line. Strict about UTF-8, so that no garbled character gets into a job; a byte order mark is ignored. */
function jsonOf(bytes: Buffer | undefined): unknown {
  if (!bytes) throw new RequestError("PAYLOAD_TOO_LARGE", `The line has more than ${longestLine} bytes.`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidRequest([{ pointer: "", detail: "is not UTF-8" }]);
  }
  const json = requestJson(text);
  if ("fault" in json) throw invalidRequest([{ pointer: "", detail: json.fault }]);
  return json.content;
}
