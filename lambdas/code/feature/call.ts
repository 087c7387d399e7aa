import { hash } from "node:crypto";
import { largestCodeResult } from "../../core/job/code-messages.ts";
import type { Command, LogEntry, LogError, LogKind, RanStep } from "../../core/job/decide-messages.ts";
import { jsonLossIn } from "../../core/kernel/json-losses.ts";
import { steeringOf, thrownOf } from "../thrown.ts";
import type { StepContext, Undo } from "./context.ts";
import type { Frame } from "./frame.ts";
import { type Place, placeLine } from "./places.ts";
import { isRollback, StepError } from "./step-errors.ts";

/** A call of ctx whose end the log brings. */
export interface Call {
  readonly key: string;
  readonly kind: LogKind;
  readonly f: string;
  /** What the engine begins. Undefined for own code that runs within the decision. */
  readonly command: Exclude<Command, { c: "close" }> | undefined;
  readonly place: Place;
  readonly undo: UndoOf | undefined;
  readonly own: OwnStep | undefined;
  /** What the handler gets of the entry that ends it. Throws what the handler has to catch. */
  readonly read: (entry: LogEntry, value: unknown) => unknown;
  resolve(value: unknown): void;
  reject(error: Error): void;
  /** Called when a call that was closed has ended. */
  hasEnded?: () => void;
}

export interface UndoOf {
  readonly fn: Undo<never>;
  readonly isCritical: boolean;
}

export interface OwnStep {
  readonly fn: (step: StepContext) => unknown;
  /** Who has called it. */
  readonly caller: Frame;
  /** The entry that the handler had got then. */
  readonly calledAt: number;
  readonly timeoutMs: number;
  /** Whether it is tried again where it fails. */
  readonly isRepeatable: boolean;
  /** The key of the first attempt. */
  readonly firstKey: string;
}

/** Says what a command begins, so that a handler that begins something else under the same key is noticed. */
export const callFingerprint = (...parts: unknown[]): string =>
  hash("sha256", JSON.stringify(parts), "base64url").slice(0, 22);

/** How an error stands in the log. */
export function logErrorOf(error: unknown, shown?: (text: string) => string): LogError {
  const thrown = thrownOf(error, shown);
  const { code, retryable } = steeringOf(error);
  return {
    ...{ code: code ?? thrown.name, ...thrown },
    // However many steps it has come through.
    ...(isRollback(error) && { name: "RollbackError" }),
    ...(retryable !== undefined && { retryable }),
    ...(error instanceof StepError && error.step !== "" && { step: error.step }),
  };
}

/** A copy, because the code may go on to change the value, as it will be read: what is a Proxy or has methods is data there. Nothing is null. */
export const jsonCopy = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** What is given to ctx must reach the other side unchanged. */
export function checkJson(what: string, value: unknown, most = largestCodeResult): void {
  const loss = jsonLossIn(value ?? null);
  if (loss)
    throw new TypeError(
      `${what} takes JSON: ${loss.what}${placeIn(loss.pointer)} would be changed. Give it ${loss.instead}.`,
    );
  const bytes = Buffer.byteLength(JSON.stringify(value ?? null));
  if (bytes > most)
    throw new RangeError(
      `${what} takes at most ${most} bytes, and got ${bytes}: put it into a file, and pass where it is.`,
    );
}

/** A copy of what own code or a handler has returned, unless JSON would change it or it is too large. Nothing is null. */
export function keptValue(name: string, returned: unknown, place?: Place): { v: unknown } | { error: LogError } {
  try {
    return copied(name, returned === undefined ? null : returned, place);
  } catch (error) {
    // A property that throws where it is read.
    return { error: { ...logErrorOf(error), retryable: false } };
  }
}

function copied(name: string, value: unknown, place: Place | undefined): { v: unknown } | { error: LogError } {
  const line = place && placeLine(place);
  const where = line ? ` (${line})` : "";
  const refused = (message: string) => ({
    error: { code: "ResultError", name: "ResultError", message, retryable: false },
  });
  const loss = jsonLossIn(value);
  if (loss)
    return refused(
      `${name} returned ${loss.what}${placeIn(loss.pointer)}, which JSON cannot keep${where}: return ${loss.instead}.`,
    );
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  if (bytes > largestCodeResult)
    return refused(
      `${name} returned ${bytes} bytes, of at most ${largestCodeResult}${where}: put it into a file, and return where it is.`,
    );
  return { v: JSON.parse(json) };
}

const placeIn = (pointer: string): string => (pointer === "" ? "" : ` at ${pointer}`);

export function ranDone(call: Call, f: RanStep["f"], returned: unknown): RanStep {
  const kept = keptValue(call.key, returned, call.place);
  if ("error" in kept) return { k: call.key, c: "step", e: "failed", f, error: kept.error };
  return { k: call.key, c: "step", e: "done", f, value: kept };
}

export const ranFailed = (call: Call, f: RanStep["f"], error: unknown, shown?: (text: string) => string): RanStep => ({
  k: call.key,
  c: "step",
  e: "failed",
  f,
  error: logErrorOf(error, shown),
});
