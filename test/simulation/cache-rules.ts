import { type Ledger, nameOf } from "./ledger.ts";
import { rememberedEvent, rememberedMs } from "./product.ts";
import { clocksApartMs, type Write } from "./write.ts";

/** A job that was answered has the same input and tag as the one that was executed, whose result is neither too old nor cleared. */
export function answersFit({ observer, cleared }: Ledger, { by, before, after, peek }: Write) {
  if (before?.event !== rememberedEvent || before.claim_id === undefined || before.claim_id !== by.claim_id) return;
  const from = after.attempts.length > before.attempts.length ? after.attempts.at(-1)?.cached_from : undefined;
  if (from === undefined) return;
  const wrong = (what: string) => observer.violated("cache", `${nameOf(before)} is answered ${what}`);
  observer.cover("a job is answered from another's result");
  if (by.hasStarted) wrong("although it was executed");
  const source = peek(from);
  const run = source?.attempts.at(-1);
  // It may have been deleted since.
  if (!source || !run) return;
  if (source.cache !== after.cache || JSON.stringify(source.input) !== JSON.stringify(after.input))
    wrong("with the result of another input or tag");
  if (run.outcome !== "completed" || run.cached_from !== undefined) wrong("from a run that was not executed");
  const asked = (before.started_at ?? 0) - by.skew;
  if (asked - run.ended_at > rememberedMs + clocksApartMs) wrong("with a result that is too old");
  const isCleared = cleared.some(
    ({ tag, began, answered }) =>
      tag === after.cache && answered <= asked && run.started_at + clocksApartMs / 2 <= began,
  );
  if (isCleared) wrong("with a result that was cleared");
}
