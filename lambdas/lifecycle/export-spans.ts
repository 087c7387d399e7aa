import type { JobChange } from "../aws/lambda/stream-handler.ts";
import type { Span } from "../core/job/spans.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { acceptedSpanOf, attemptSpansOf, eventSpansOf } from "../core/outbound/job-spans.ts";
import type { Log } from "../core/ports/log.ts";
import type { Spans } from "../core/ports/spans.ts";
import { transitionEvent } from "../topology.ts";
import { type ChangeEffects, nothingFailed } from "./emit.ts";
import { endedAttemptOf } from "./events.ts";

/** Exports what a batch of changes says, in one request. A change that is delivered again is exported again, with the same ids. */
export async function exportSpans(
  { spans, log }: { spans: Spans; log: Log },
  changes: readonly JobChange[],
  effects: readonly ChangeEffects[],
): Promise<number> {
  try {
    await spans.export(changes.flatMap((change, i) => spansOf(change, effects[i])));
  } catch (error) {
    log.error("spans were lost", traceOf(error));
  }
  return nothingFailed;
}

function spansOf({ before, after }: JobChange, effects: ChangeEffects | undefined): Span[] {
  if (!after) return [];
  const ended = before && endedAttemptOf(before, after);
  const told = effects?.transitions.filter(({ name }) =>
    effects.deliveries.some(({ type }) => type === transitionEvent(name)),
  );
  return [
    ...(before ? [] : acceptedSpanOf(after)),
    ...(ended ? attemptSpansOf(after, before.run, ended) : []),
    ...(told ?? []).flatMap((event) => eventSpansOf(after, event)),
  ];
}
