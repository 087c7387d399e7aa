import { type Fault, RequestError, traceOf } from "../../core/errors.ts";
import { requestReviver } from "../../core/exact-json.ts";
import { type ImportPlace, lineId } from "../../core/import-place.ts";
import { invalidRequest } from "../../core/parse-body.ts";
import { shortened } from "../../core/rejection.ts";
import type { AcceptedRequest } from "../../core/request.ts";
import { scheduleJobs } from "../../core/schedule-jobs.ts";
import { accept } from "../schedule-request.ts";
import type { IntakeServices } from "../services.ts";
import type { Line } from "./lines.ts";

/** What the report says of a line. */
export type LineReport =
  | { line: number; job_id: string }
  | { line: number; code: string; detail: string; errors?: Fault[]; job_id?: string };

/** Bytes: as much as a message of SQS holds. */
export const longestLine = 1_048_576;

/** Before another try of the lines that AWS had no capacity for. */
const pausesMs = [500, 2000, 5000];

interface Pending {
  line: number;
  request: AcceptedRequest;
}

/**
 * Schedules the requests of some lines, as few calls as AWS allows. Answers what became of each line that is not blank, in
 * order; or nothing if AWS refuses some of them time and again: done once more they are the same jobs.
 */
export async function scheduleLines(
  services: IntakeServices,
  place: ImportPlace,
  lines: readonly Line[],
): Promise<LineReport[] | undefined> {
  const reports: LineReport[] = [];
  let left: Pending[] = [];
  for (const line of lines) {
    const read = readLine(services, place, line);
    if (read && "request" in read) left.push(read);
    else if (read) reports.push(read);
  }
  for (const pause of [...pausesMs, undefined]) {
    left = await schedule(services, left, reports);
    if (left.length === 0) return reports.sort((a, b) => a.line - b.line);
    if (pause !== undefined) await services.clock.sleep(pause);
  }
  return undefined;
}

/** Answers those that AWS did not take. */
async function schedule(services: IntakeServices, pending: Pending[], reports: LineReport[]): Promise<Pending[]> {
  const outcomes = await scheduleJobs(
    services,
    pending.map(({ request }) => request),
  );
  return pending.filter(({ line }, i) => {
    const outcome = outcomes[i];
    if (outcome && "job" in outcome) {
      reports.push({ line, job_id: outcome.job.id });
      return false;
    }
    if (outcome?.error instanceof RequestError && outcome.error.code === "UNAVAILABLE") return true;
    reports.push(faultOf(services, line, outcome?.error));
    return false;
  });
}

function readLine(services: IntakeServices, place: ImportPlace, { number: line, bytes }: Line) {
  if (bytes && isBlank(bytes)) return undefined;
  try {
    const sender = { source: "s3", id: lineId(place, line) } as const;
    return { line, request: accept(services, jsonOf(bytes), sender, place.put_at) };
  } catch (error) {
    return faultOf(services, line, error);
  }
}

/** A fault of ours in one line holds up no other either. */
function faultOf({ log }: IntakeServices, line: number, error: unknown): LineReport {
  if (error instanceof RequestError) return refused(line, error);
  log.error("a line could not be scheduled", { line, ...traceOf(error) });
  return { line, code: "INTERNAL", detail: "Something went wrong on our side; the log has it under this line." };
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
