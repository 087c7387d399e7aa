import type * as z from "zod";
import type { Catalog } from "../catalog/catalog.ts";
import { same } from "../expressions/compare.ts";
import { spelledPlain } from "../expressions/request-input.ts";
import { isReadable, type Job } from "../job/job.ts";
import { isRecord } from "../kernel/json-values.ts";
import { jobNotFound, RequestError } from "../kernel/request-error.ts";
import { largestAnswer, sentBytesOf } from "../kernel/sizes.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { Services } from "../operations/services.ts";
import { redact, redactionOf } from "./redact.ts";
import { resultUrlSeconds } from "./result-view.ts";
import type { JobInputSchema } from "./schemas/input.ts";

type InputView = z.infer<typeof JobInputSchema>;

/** Room in the answer for what surrounds the input. */
const frameBytes = 32_768;

/** What is stored, or what a request for another job has to say so that it means the same. */
type InputSpelling = "stored" | "request";

/**
 * The input of a job, without the parts that its event hides. One that is too large for the answer is a URL for an hour, or only its
 * size where that would not have what was asked for. Throws JOB_NOT_FOUND if it was deleted since the job was read.
 */
export async function inputShown(
  services: Pick<Services, "blobs" | "catalog">,
  job: Job,
  as: InputSpelling = "stored",
): Promise<InputView> {
  const hidden = redactionOf(services.catalog, job);
  const room = largestAnswer - frameBytes;
  if ("blob" in job.input && job.input.bytes > room) return inputTooLarge(services, job, hidden, as === "stored");
  if (!isReadable(job.input)) throw laterInput(job);
  const stored = await loadIfThere(services.blobs, job.input);
  if (stored === undefined) throw jobNotFound();
  const spelled = as === "stored" ? stored : spelledToRequest(services.catalog, job, stored);
  const { value: input, redacted } = redact(spelled, hidden);
  if (sentBytesOf(input) > room) return inputTooLarge(services, job, hidden, same(spelled, stored));
  return { job_id: job.id, input, ...(redacted.length > 0 && { redacted }) };
}

/** A template is stored as it was sent. Any other input is data, of which a text may look like an expression. */
function spelledToRequest(catalog: Catalog, { product, event, expressions }: Job, stored: unknown): unknown {
  const found = catalog.lookup(product, event);
  return expressions || !found || !isRecord(stored) ? stored : spelledPlain(found, stored);
}

const laterInput = ({ id }: Job): RequestError =>
  new RequestError("UNAVAILABLE", "A later version of this deployment stored the input, and this one cannot read it.", {
    jobId: id,
    retryAfterSeconds: 60,
  });

async function inputTooLarge(
  { blobs }: Pick<Services, "blobs">,
  { id: job_id, input }: Job,
  hidden: readonly string[],
  isAsStored: boolean,
): Promise<InputView> {
  // What is inline is never too large.
  if (!("blob" in input)) return { job_id };
  if (hidden.length > 0) return { job_id, input_bytes: input.bytes, redacted: [...hidden] };
  if (!isAsStored) return { job_id, input_bytes: input.bytes };
  return { job_id, input_url: await blobs.downloadUrl(input.blob, resultUrlSeconds) };
}
