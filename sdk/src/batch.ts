import { answered } from "./answered.ts";
import { bodyOf } from "./body.ts";
import { DuctapeError } from "./errors.ts";
import type { IJobProcessorInput } from "./input.ts";
import type { JobReceipt } from "./job.ts";
import { errorOf } from "./problem.ts";
import type { Transport } from "./transport.ts";

/** What became of one job of a batch. */
export type BatchOutcome =
  | { index: number; status: "accepted"; job: JobReceipt }
  | { index: number; status: "rejected"; error: DuctapeError };

interface Result {
  status: number;
  job?: JobReceipt;
  error?: unknown;
}

/** What one request may hold: 100 jobs, and not quite as many bytes as the API takes. */
const most = { jobs: 100, bytes: 4_000_000 };

/**
 * Sends the jobs in as few requests as the API allows, one after the other. Rejects if the first request fails as a
 * whole; if a later one does, its jobs and those after them are rejected with its error, since others are accepted by then.
 */
export async function sendBatch(
  transport: Transport,
  items: readonly IJobProcessorInput[],
  signal: AbortSignal | undefined,
): Promise<BatchOutcome[]> {
  // With a key each, the request may be sent twice.
  const bodies = items.map((item) => bodyOf({ ...item, idempotency_key: item.idempotency_key ?? crypto.randomUUID() }));
  const outcomes: BatchOutcome[] = [];
  for (const chunk of chunksOf(bodies)) {
    const first = outcomes.length;
    try {
      const results = await send(transport, chunk, signal);
      outcomes.push(...chunk.map((_, i) => outcomeOf(first + i, results[i])));
    } catch (error) {
      if (first === 0 || !(error instanceof DuctapeError)) throw error;
      return [...outcomes, ...bodies.slice(first).map((_, i) => rejected(first + i, error))];
    }
  }
  return outcomes;
}

async function send(transport: Transport, bodies: string[], signal: AbortSignal | undefined): Promise<Result[]> {
  const body = `{"jobs":[${bodies.join(",")}]}`;
  const answer = await transport.call({ method: "POST", path: "/v1/jobs/batch", body, signal });
  return answered<{ results: Result[] }>(answer, "results").results;
}

const rejected = (index: number, error: DuctapeError): BatchOutcome => ({ index, status: "rejected", error });

function outcomeOf(index: number, result: Result | undefined): BatchOutcome {
  if (result?.job) return { index, status: "accepted", job: result.job };
  const { status = 500, error = {} } = result ?? {};
  const answer = { status, headers: new Headers(), text: JSON.stringify(error) };
  return rejected(index, errorOf(answer, 0, ""));
}

function chunksOf(bodies: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let chunk: string[] = [];
  let bytes = 0;
  for (const body of bodies) {
    if (chunk.length === most.jobs || (chunk.length > 0 && bytes + body.length > most.bytes)) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(body);
    bytes += body.length;
  }
  return chunk.length > 0 ? [...chunks, chunk] : chunks;
}
