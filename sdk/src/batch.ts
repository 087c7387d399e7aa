import type { JobReceipt } from "./answers.ts";
import { bodyOf } from "./body.ts";
import { chunksOf, isTooLarge } from "./chunks.ts";
import { DuctapeError, InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import { errorOf } from "./problem.ts";
import type { IJobProcessorInput } from "./requests.ts";
import type { Transport } from "./transport.ts";

/** The outcome of one job of a batch. */
export type BatchOutcome =
  | { index: number; status: "accepted"; job: JobReceipt }
  | { index: number; status: "rejected"; error: DuctapeError };

interface Result {
  status: number;
  job?: JobReceipt;
  error?: unknown;
}

/** A job to send, with its index among all that were passed. */
interface Item {
  index: number;
  body: string;
}

/**
 * Sends the jobs in as few requests as the API allows, one after the other. A job that cannot be written as JSON, or that is too
 * large for a request of its own, is rejected alone. Throws if the first request fails as a whole. If a later one fails, its jobs
 * and all after them are rejected with its error, since other jobs have been accepted by then.
 */
export async function sendBatch(
  transport: Transport,
  items: readonly IJobProcessorInput[],
  signal: AbortSignal | undefined,
): Promise<BatchOutcome[]> {
  const serializedItems = items.map(serialized);
  const outcomes = serializedItems.filter((item) => "status" in item);
  const waiting = chunksOf(serializedItems.filter((item) => "body" in item));
  let sent = false;
  for (let chunk = waiting.shift(); chunk; chunk = waiting.shift()) {
    try {
      outcomes.push(...(await send(transport, chunk, signal)));
      sent = true;
    } catch (error) {
      if (!(error instanceof DuctapeError)) throw error;
      if (error.status === 413 && chunk.length > 1) waiting.unshift(...halvesOf(chunk));
      else if (error.status === 413) outcomes.push(...chunk.map(({ index }) => rejected(index, error)));
      else if (!sent) throw error;
      else outcomes.push(...[chunk, ...waiting.splice(0)].flat().map(({ index }) => rejected(index, error)));
    }
  }
  return outcomes.sort((a, b) => a.index - b.index);
}

/** Every job gets an idempotency key, so that it is safe to send it again. */
function serialized(item: IJobProcessorInput, index: number): Item | BatchOutcome {
  try {
    const body = bodyOf({ ...item, idempotency_key: item.idempotency_key ?? crypto.randomUUID() });
    return isTooLarge(body) ? rejected(index, tooLarge()) : { index, body };
  } catch (error) {
    if (error instanceof DuctapeError) return rejected(index, error);
    throw error;
  }
}

const tooLarge = () =>
  new InvalidRequestError(
    "PAYLOAD_TOO_LARGE",
    "The job is larger than a request may be. Send a file as an upload.",
    [],
  );

/** Splits a chunk after a 413 from a stricter server, such as a proxy or an older API. */
function halvesOf(chunk: Item[]): [Item[], Item[]] {
  const half = Math.ceil(chunk.length / 2);
  return [chunk.slice(0, half), chunk.slice(half)];
}

async function send(transport: Transport, chunk: Item[], signal: AbortSignal | undefined): Promise<BatchOutcome[]> {
  const body = `{"jobs":[${chunk.map((item) => item.body).join(",")}]}`;
  const answer = await transport.call({ method: "POST", path: "/v1/jobs/batch", body, signal });
  const { results } = expectFields<{ results: Result[] }>(answer, "results");
  return chunk.map(({ index }, i) => outcomeOf(index, results[i]));
}

const rejected = (index: number, error: DuctapeError): BatchOutcome => ({ index, status: "rejected", error });

function outcomeOf(index: number, result: Result | undefined): BatchOutcome {
  if (result?.job) return { index, status: "accepted", job: result.job };
  const { status = 500, error = {} } = result ?? {};
  const answer = { status, headers: new Headers(), text: JSON.stringify(error, pointingTo(index)) };
  return rejected(index, errorOf(answer, 0, ""));
}

/** Changes the pointers of an answer, which are relative to its request, to the job's index among all jobs that were passed. */
const pointingTo = (index: number) => (key: string, value: unknown) =>
  key === "pointer" && typeof value === "string" ? value.replace(/^\/jobs\/\d+(?=\/|$)/, `/jobs/${index}`) : value;
