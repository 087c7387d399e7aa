import type { JobSummary } from "../../../../sdk/src/index.ts";
import { durationOf, latenessOf, waitingFor } from "../../job/states.ts";
import { FileMissing } from "../../lazy-page.ts";
import { iso } from "../../ui/zone.ts";

export type ExportFormat = "csv" | "jsonl";

export const formatNames: Record<ExportFormat, string> = { csv: "CSV", jsonl: "JSON Lines" };

type Cell = string | number | undefined;
/** A column of the file: its name, as the API has it where it has one, and what it says of a job. */
type CsvColumn = readonly [name: string, cell: (job: JobSummary, now: number) => Cell];

const timeOr = (at: number | undefined): Cell => (at === undefined ? undefined : iso(at));

/** What each column of the list becomes in a file. Times are ISO 8601 in UTC, lengths are milliseconds. */
const csvColumns: Record<string, readonly CsvColumn[]> = {
  status: [["status", ({ status }) => status]],
  event: [
    ["event", ({ event }) => event],
    ["error_code", ({ error }) => error?.code],
    ["reason", ({ reason }) => reason],
  ],
  type: [["type", ({ type }) => type]],
  where: [
    ["product_tag", ({ product_tag }) => product_tag],
    ["env", ({ env }) => env],
  ],
  planned: [["scheduled_at", ({ scheduled_at }) => timeOr(scheduled_at)]],
  started: [["started_at", ({ started_at }) => timeOr(started_at)]],
  lateness: [["lateness_ms", (job) => latenessOf(job)]],
  duration: [["duration_ms", (job, now) => durationOf(job, now)]],
  attempts: [
    ["attempt", ({ attempt }) => attempt],
    ["most_attempts", ({ retries, most_attempts = retries + 1 }) => most_attempts],
  ],
  next: [["next_run_at", ({ next_run_at }) => timeOr(next_run_at)]],
  waiting: [["waiting_for", (job) => waitingFor(job)]],
  labels: [["labels", ({ labels }) => labels?.join("; ")]],
};

/** The lines of a table of these columns of the list, each job by its id first. */
export function csvRows(jobs: readonly JobSummary[], shown: readonly string[], now: number): [string[], ...Cell[][]] {
  const columns: CsvColumn[] = [["job_id", ({ job_id }) => job_id], ...shown.flatMap((id) => csvColumns[id] ?? [])];
  return [columns.map(([name]) => name), ...jobs.map((job) => columns.map(([, cell]) => cell(job, now)))];
}

/**
 * What a spreadsheet would run at the beginning of a cell, also where more lines follow, and in the wide letters that some of them
 * take for the same.
 */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;

/** A mark by which spreadsheets know UTF-8. */
const byteOrderMark = "\ufeff";

/** It is loaded where it is used only: few visits are for a file. */
const writer = () =>
  import("papaparse").catch((cause: unknown) => {
    throw new FileMissing("The part of the page that writes CSV has not come. JSON Lines does without it.", { cause });
  });

/** A table as CSV (RFC 4180) that a spreadsheet shows and does not run: a formula gets an apostrophe in front. */
export async function csvOf(rows: readonly (readonly Cell[])[]): Promise<string> {
  const { default: papa } = await writer();
  const quotes = (value: unknown) => typeof value === "string";
  return byteOrderMark + papa.unparse(rows as unknown[][], { escapeFormulae: formula, quotes });
}

/** One job a line, as the API lists it. */
export const jsonLinesOf = (jobs: readonly JobSummary[]): string =>
  jobs.map((job) => `${JSON.stringify(job)}\n`).join("");

/** `jobs-2026-11-30T140327Z.csv`: sorted by name, files are sorted by time. No file system refuses it. */
export const fileNameOf = (format: ExportFormat, at: number, isPart: boolean): string =>
  `jobs-${iso(at).slice(0, 19).replaceAll(":", "")}Z${isPart ? "-part" : ""}.${format}`;
