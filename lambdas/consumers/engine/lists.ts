import { allOver } from "../../core/kernel/in-parallel.ts";
import { dispatchFollowUps } from "../../core/operations/change-job.ts";
import { claim } from "./admission/claim.ts";
import { dropped } from "./admission/dropped.ts";
import { due } from "./admission/due.ts";
import { misdirected } from "./admission/misdirected.ts";
import { taken } from "./admission/taken.ts";
import { answers } from "./answers/answers.ts";
import { keepAnswer } from "./answers/keep-answer.ts";
import { linked } from "./around/approval-link.ts";
import { begin } from "./around/begin.ts";
import { expressions } from "./around/expressions.ts";
import { withCurrentSecrets } from "./around/secrets.ts";
import { cached } from "./cache/cached.ts";
import { rememberResult } from "./cache/keep-result.ts";
import type { Admit, Around, FollowUp, Guard } from "./context.ts";
import { freshSlots } from "./gates/fresh-slots.ts";
import { lines } from "./gates/lines.ts";
import { gates } from "./gates/pass.ts";
import { refused } from "./gates/refused.ts";
import { unasked } from "./gates/unasked.ts";
import { alone } from "./guards/alone.ts";
import { crashed } from "./guards/crashed.ts";
import { expired } from "./guards/expired.ts";
import { known } from "./guards/known.ts";
import { late } from "./guards/late.ts";
import { memory } from "./guards/memory.ts";
import { noted } from "./guards/noted.ts";
import { parentEnded } from "./guards/parent-ended.ts";
import { pinned } from "./guards/pinned.ts";
import { recorded } from "./guards/recorded.ts";
import { skipped } from "./guards/skipped.ts";
import { unanswered } from "./guards/unanswered.ts";
import { paused } from "./pauses/paused.ts";
import { pausedMeanwhile } from "./pauses/paused-meanwhile.ts";
import { sendAhead } from "./successor/send-ahead.ts";
import { successor } from "./successor/successor.ts";
import { superseded } from "./successor/superseded.ts";
import { targets } from "./targets/targets.ts";

/** What a message meets before its job is claimed, and behind the claim where that is refused. */
export const admission: readonly Admit[] = [
  due,
  paused,
  gates,
  pausedMeanwhile,
  freshSlots,
  claim,
  misdirected,
  successor,
  taken,
  dropped,
];

/** What a claimed job meets before its executor. */
export const guards: readonly Guard[] = [
  lines,
  alone,
  memory,
  noted,
  known,
  expired,
  superseded,
  skipped,
  unanswered,
  crashed,
  parentEnded,
  recorded,
  refused,
  unasked,
  pinned,
  late,
];

/** What stands around the executor, outermost first. */
export const around: readonly Around[] = [
  expressions,
  linked,
  begin,
  sendAhead,
  cached,
  targets,
  answers,
  withCurrentSecrets,
];

/**
 * What follows an attempt, all at the same time, since none needs another. The end of the attempt was recorded before: if a crash comes
 * between the two, the reconciler dispatches.
 */
export const followUps: readonly FollowUp[] = [
  ({ services }, { next }) => dispatchFollowUps(services, next),
  ({ services, engine }, recorded) => engine.policy.onRecorded(services, recorded),
  rememberResult,
  keepAnswer,
  ({ afterwards }) => allOver(afterwards.map((work) => work())).then(() => {}),
];
