import type { Scope } from "../../../core/expressions/evaluate.ts";
import type { Job, Stored } from "../../../core/job/job.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import { load } from "../../../core/operations/payload.ts";
import type { BlobStore } from "../../../core/ports/blob-store.ts";
import { resultsFor, type WantedResults } from "./plan.ts";
import type { StepStates } from "./step-state.ts";
import { stepsOf } from "./steps.ts";
import type { FeatureTarget } from "./target.ts";

/** The most JSON, in bytes, of the results that the expressions of a decision may refer to. The function has 256 MB of memory. */
export const mostReferredBytes = 16_000_000;

/** The most JSON, in bytes, of steps' results in the result of a feature without an output: the limit of a database action's rows. */
export const mostGatheredBytes = 4 * 1024 * 1024;

export interface Loading extends Pick<Execution, "room" | "signal"> {
  blobs: Pick<BlobStore, "get">;
}

interface Results {
  results: Scope["results"];
  /** `sequence.step` of the steps that expressions refer to and whose results are too large to be held beside the others. */
  tooLarge: ReadonlySet<string>;
}

/**
 * The results of finished steps that this decision may need. The result of a feature without an output contains them as long as
 * they are small enough together. In place of a further one it says where that result is and how large.
 */
export async function resultsOf(
  { blobs, room, signal }: Loading,
  feature: FeatureTarget,
  children: Map<string, Job>,
  states: StepStates,
  { referred, gathered, beside = 0 }: WantedResults = resultsFor(feature, states),
): Promise<Results> {
  const left = { referred: mostReferredBytes, gathered: mostGatheredBytes };
  const tooLarge = new Set<string>();
  const take = (bytes: number, from: keyof typeof left) => {
    if (bytes > left[from]) return false;
    left[from] -= bytes;
    return true;
  };
  const wanted = stepsOf(feature).flatMap(({ key, sequence, name }): Wanted[] => {
    if (!(referred.has(key) || gathered.has(key))) return [];
    const kept = states[key]?.result;
    if (kept) return [{ sequence, name, value: kept.value }];
    const { id: job_id, status, result } = children.get(key) ?? {};
    if (status !== "completed" || !result) return [];
    const result_bytes = storedBytesOf(result);
    if (take(result_bytes, referred.has(key) ? "referred" : "gathered")) return [{ sequence, name, stored: result }];
    if (referred.has(key)) tooLarge.add(key);
    return gathered.has(key) ? [{ sequence, name, value: { job_id, result_bytes } }] : [];
  });
  // The results of many steps may need much memory in a process that makes other decisions too.
  const bytes = wanted.reduce((sum, { stored }) => sum + (stored ? storedBytesOf(stored) : 0), beside);
  if (bytes > 0) await room.forAnswer(bytes, signal);
  const found = await Promise.all(
    wanted.map(async ({ sequence, name, stored, value }) => ({
      sequence,
      name,
      value: stored ? await load(blobs, stored) : value,
    })),
  );
  const results: Scope["results"] = {};
  for (const { sequence, name, value } of found) results[sequence] = { ...results[sequence], [name]: value };
  return { results, tooLarge };
}

/** A result to load, or a value in place of one. */
interface Wanted {
  sequence: string;
  name: string;
  stored?: Stored;
  value?: unknown;
}

export const storedBytesOf = (result: Stored): number => ("blob" in result ? result.bytes : 0);
