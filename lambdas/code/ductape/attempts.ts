import { AsyncLocalStorage } from "node:async_hooks";
import type { Duration, FeatureContext } from "../feature/context.ts";
import { msOf } from "../feature/ms-of.ts";
import { isRetryableStep, isRollback, StepError } from "../feature/step-errors.ts";
import { notHere } from "./not-here.ts";

export type Base = FeatureContext<never>;

/** The step that is under way where a call is made. An attempt at it counts its calls anew, so that they have the names of the one before. */
export interface Place {
  readonly path: string;
  readonly isRepeated: boolean;
  readonly counts: Map<string, number>;
}
export const places = new AsyncLocalStorage<Place>();

export interface Attempts {
  retries?: number | undefined;
  delay?: Duration | undefined;
  backoff?: "fixed" | "linear" | "exponential" | undefined;
  key?: string;
}

const defaultDelayMs = 1000;
const mostRetries = 100;

/** Tries again what has failed in a way that another attempt may mend. `key` begins the names of what is waited by, if it has one. */
export async function retrying<Result>(
  base: Base,
  what: string,
  { retries = 0, delay = defaultDelayMs, backoff = "fixed", key }: Attempts,
  attempt: (retry: number) => Promise<Result>,
): Promise<Result> {
  if (!Number.isInteger(retries) || retries < 0 || retries > mostRetries)
    throw new TypeError(`${what}: \`retries\` is a whole number from 0 to ${mostRetries}.`);
  const first = msOf(what, delay);
  for (let retry = 0; ; retry++) {
    try {
      return await attempt(retry);
    } catch (error) {
      if (retry >= retries || !mayFail(error) || !isRetryableStep(error)) throw error;
    }
    const times = backoff === "exponential" ? 2 ** retry : backoff === "linear" ? retry + 1 : 1;
    await base.sleep(first * times, key === undefined ? {} : { step: `${key}:delay-${retry + 1}` });
  }
}

/** What is late is closed, and fails with the code TIMEOUT. */
export async function withinTimeout<Result>(
  base: Base,
  what: string,
  timeout: Duration | undefined,
  go: () => Promise<Result>,
  key?: string,
): Promise<Result> {
  if (timeout === undefined) return go();
  const ms = msOf(what, timeout);
  const first = await base.race({ done: go, late: () => base.sleep(ms, key === undefined ? {} : { step: key }) });
  if (first.winner === "done") return first.value as Result;
  throw new StepError(what, { code: "TIMEOUT", message: `${what} had not ended after ${ms} ms.` });
}

/** A failure that the handler may pass over, unlike a rollback that it asks for, and a call that does not exist here. */
export const mayFail = (error: unknown): error is StepError =>
  error instanceof StepError && error.code !== notHere && !isRollback(error);
