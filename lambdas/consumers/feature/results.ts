import type { Job } from "../../core/job.ts";
import { load } from "../../core/payload.ts";
import type { BlobStore } from "../../core/ports.ts";
import type { Scope } from "./evaluate.ts";
import { resultsFor, type StepStates } from "./plan.ts";
import { stepsOf } from "./steps.ts";
import type { FeatureTarget } from "./target.ts";

/** Bytes of JSON that a decision holds of the results that its expressions refer to: it has 256 MB for all that it does. */
export const mostReferredBytes = 20_000_000;

/** Bytes of JSON that the result of a feature without an output holds of its steps' results, as a database's does of rows. */
export const mostGatheredBytes = 4 * 1024 * 1024;

export interface Results {
  results: Scope["results"];
  /** `sequence.step` of those that expressions refer to, but which are too large to be held beside the others. */
  tooLarge: ReadonlySet<string>;
}

/**
 * The results of finished steps that this decision may look at. The result of a feature without an output has them by value as
 * far as they are small enough together; in place of any other it says where the result is and how large.
 */
export async function resultsOf(
  blobs: Pick<BlobStore, "get">,
  feature: FeatureTarget,
  children: Map<string, Job>,
  states: StepStates,
): Promise<Results> {
  const { referred, gathered } = resultsFor(feature, states);
  const left = { referred: mostReferredBytes, gathered: mostGatheredBytes };
  const tooLarge = new Set<string>();
  const take = (bytes: number, from: keyof typeof left) => {
    if (bytes > left[from]) return false;
    left[from] -= bytes;
    return true;
  };
  const found = stepsOf(feature).map(async ({ key, sequence, name }) => {
    const { id: job_id, status, result } = children.get(key) ?? {};
    if (status !== "completed" || !result || !(referred.has(key) || gathered.has(key))) return [];
    const result_bytes = "blob" in result ? result.bytes : 0;
    if (take(result_bytes, referred.has(key) ? "referred" : "gathered")) {
      return [{ sequence, name, value: await load(blobs, result) }];
    }
    if (referred.has(key)) tooLarge.add(key);
    return gathered.has(key) ? [{ sequence, name, value: { job_id, result_bytes } }] : [];
  });
  const results: Scope["results"] = {};
  for (const { sequence, name, value } of (await Promise.all(found)).flat()) {
    results[sequence] = { ...results[sequence], [name]: value };
  }
  return { results, tooLarge };
}
