import { stepsNamedIn } from "../../../core/expressions/evaluate.ts";
import type { Job } from "../../../core/job/job.ts";
import { load } from "../../../core/operations/payload.ts";
import { type Loading, storedBytesOf } from "./results.ts";
import { hasStepEnded, type StepStates } from "./step-state.ts";
import { hasUndo, stepsOf, templatesIn } from "./steps.ts";
import type { FeatureTarget } from "./target.ts";
import { stepsInUndo } from "./undo.ts";

/** How long a result is left with the job of its step, in milliseconds: that one is kept for a day after its end at least. */
const ownedAfterMs = 20 * 3_600_000;

/** The most bytes of JSON of the results that a run keeps itself. A larger one is there as long as the job of its step. */
const mostKeptBytes = 1024 * 1024;

/**
 * The states with the results that may still be needed, of steps whose jobs may be deleted before the next decision, or soon after: the
 * run may wait for longer than finished jobs are kept. A run that is over within a day keeps none.
 */
export async function keepResults(
  { blobs, room, signal }: Loading,
  feature: FeatureTarget,
  children: ReadonlyMap<string, Job>,
  states: StepStates,
  { now, wakeAt }: { now: number; wakeAt: number },
): Promise<StepStates> {
  const needed = neededLater(feature, states);
  let left = mostKeptBytes;
  const kept: StepStates = {};
  for (const { key } of stepsOf(feature)) {
    const state = states[key];
    const { status, result, finished_at = now } = children.get(key) ?? {};
    if (!state || state.result || !result || status !== "completed" || !needed(key)) continue;
    // The next decision may be the last one that finds it.
    if (wakeAt - finished_at < ownedAfterMs) continue;
    const bytes = storedBytesOf(result);
    left -= bytes;
    if (left < 0) break;
    if (bytes > 0) await room.forAnswer(bytes, signal);
    kept[key] = { ...state, result: { value: await load(blobs, result) } };
  }
  return { ...states, ...kept };
}

/** Whether a step that is still to come refers to the result of one, the undo of one that may have to be undone, or the output. */
function neededLater(feature: FeatureTarget, states: StepStates): (key: string) => boolean {
  if (!feature.output) return () => true;
  const open = stepsOf(feature).filter(({ key }) => !hasStepEnded(states[key]));
  const texts = open.map(({ step }) => templatesIn(step));
  const ofUndos = stepsOf(feature).filter(hasUndo).flatMap(stepsInUndo);
  const needed = new Set([...stepsNamedIn([texts, feature.output]), ...ofUndos]);
  return (key) => needed.has(key);
}
