import { resultsPrefix } from "../../topology.ts";
import { type LiveProgress, largestCodeProgress } from "../job/code-messages.ts";
import type { Job } from "../job/job.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import { parsePayload } from "./payload.ts";

type Claimed = Pick<Job, "id" | "run" | "attempt" | "claim_id">;

/*
 * Where code that answers by itself puts what does not fit into its answer, and what it reports meanwhile. With the results, which expire by age:
 * nothing refers to them once the attempt has ended.
 */
const placeOf = ({ id, run, attempt, claim_id }: Claimed) => `${resultsPrefix}live/${id}/${run}/${attempt}/${claim_id}`;

export const liveProgressKey = (job: Claimed): string => `${placeOf(job)}/progress`;
export const largeAnswerKey = (job: Claimed): string => `${placeOf(job)}/answer`;

/** For the frame of the value. */
const frameBytes = 100;

/** What the function of a job has reported so far. Undefined if it has reported nothing, or something that is none of this. */
export async function liveProgress(blobs: Pick<BlobStore, "get">, job: Claimed): Promise<LiveProgress | undefined> {
  const bytes = await blobs.get(liveProgressKey(job));
  if (!bytes || bytes.byteLength > largestCodeProgress + frameBytes) return undefined;
  try {
    const said = Object(parsePayload(bytes)) as Partial<LiveProgress>;
    return "v" in said && typeof said.at === "number" ? { v: said.v, at: said.at } : undefined;
  } catch {
    return undefined;
  }
}
