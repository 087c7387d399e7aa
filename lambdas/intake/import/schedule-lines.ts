import { type Fault, InternalError, PermanentError, traceOf } from "../../core/errors.ts";
import { type ImportCursor, lineId } from "../../core/job/import-cursor.ts";
import { type Scheduled, scheduleJobs } from "../../core/operations/schedule-jobs.ts";
import { shortened } from "../../core/outbound/rejection.ts";
import type { AcceptedRequest } from "../../core/requests/request.ts";
import { RequestError } from "../../core/requests/request-error.ts";
import { requestReviver } from "../../core/schema/exact-json.ts";
import { invalidRequest } from "../../core/schema/parse-body.ts";
import { accept } from "../schedule-request.ts";
import type { IntakeServices } from "../services.ts";
import type { Line } from "./lines.ts";

/** What the report says of a line. */
export type LineReport =
  | { line: number; job_id: string }
  | { line: number; code: string; detail: string; errors?: Fault[]; job_id?: string };

/** Bytes: as much as a message of SQS holds. */
export const longestLine = 1_048_576;

/** Before another try of the lines that were not taken. */
const pausesMs = [500, 2000, 5000];

interface Pending {
  line: number;
  request: AcceptedRequest;
  /** What kept the line from being scheduled at the last try, where that was not a refusal for now. */
  fault?: unknown;
}

/**
 * Schedules the requests of some lines, as few calls as AWS allows. Answers what became of each line that is not blank, in
 * order; or nothing if some of them are refused for now time and again: done once more they are the same jobs. A fault of ours
 * is a line's own while others get through; where none does, it may be the whole deployment's, and the import waits.
 */
export async function scheduleLines(
  services: IntakeServices,
  place: ImportCursor,
  lines: readonly Line[],
): Promise<LineReport[] | undefined> {
  const reports: LineReport[] = [];
  let left: Pending[] = [];
  for (const line of lines) {
    const read = readLine(services, place, line);
    if (read && "request" in read) left.push(read);
    else if (read) reports.push(read);
  }
  for (const [round, pause] of [...pausesMs, undefined].entries()) {
    left = await schedule(services, left, reports);
    if (round > 0 && reports.some((report) => !("code" in report))) left = withoutFaults(services, left, reports);
    if (left.length === 0) return reports.sort((a, b) => a.line - b.line);
    if (pause !== undefined) await services.clock.sleep(pause);
  }
  return undefined;
}

/** Reports the lines that a fault of ours keeps from being scheduled; answers the others. */
function withoutFaults(services: IntakeServices, pending: Pending[], reports: LineReport[]): Pending[] {
  return pending.filter(({ line, fault }) => {
    if (fault === undefined) return true;
    reports.push(faultOf(services, line, fault));
    return false;
  });
}

/** Answers those that were not taken. */
async function schedule(services: IntakeServices, pending: Pending[], reports: LineReport[]): Promise<Pending[]> {
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
    if (error.cause instanceof PermanentError) setAside(services, line, error.cause);
    reports.push(refused(line, error));
    return [];
  });
}

function readLine(services: IntakeServices, place: ImportCursor, { number: line, bytes }: Line) {
  if (bytes && isBlank(bytes)) return undefined;
  try {
    const sender = { source: "s3", id: lineId(place, line) } as const;
    return { line, request: accept(services, jsonOf(bytes), sender, place.put_at) };
  } catch (error) {
    return faultOf(services, line, error);
  }
}

/** A fault of ours in one line holds up no other either. */
function faultOf(services: IntakeServices, line: number, error: unknown): LineReport {
  if (error instanceof RequestError) return refused(line, error);
  setAside(services, line, error);
  return {
    line,
    code: "INTERNAL",
    detail: "Something went wrong on our side; the log has it under this line.",
    ...(error instanceof InternalError && { job_id: error.jobId }),
  };
}

/** Not the sender's mistake: the report alone would not show it to those who run the deployment. */
function setAside({ log }: IntakeServices, line: number, error: unknown): void {
  log.error("a line could not be scheduled; the report has it", { line, ...traceOf(error) });
  log.measure("set aside", { values: { set_aside: 1 } });
}

const refused = (line: number, { code, message, faults, jobId }: RequestError): LineReport => ({
  line,
  code,
  detail: message,
  ...(faults.length > 0 && { errors: shortened(faults) }),
  ...(jobId !== undefined && { job_id: jobId }),
});

const isBlank = (bytes: Buffer) => bytes.every((byte) => byte === 0x20 || byte === 0x09);

/** Strict about UTF-8, so that no garbled character gets into a job; a byte order mark is left out. */
function jsonOf(bytes: Buffer | undefined): unknown {
  if (!bytes) throw new RequestError("PAYLOAD_TOO_LARGE", `The line has more than ${longestLine} bytes.`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidRequest([{ pointer: "", detail: "is not UTF-8" }]);
  }
  try {
    return JSON.parse(text, requestReviver(text));
  } catch {
    throw invalidRequest([{ pointer: "", detail: "is not JSON" }]);
  }
}
