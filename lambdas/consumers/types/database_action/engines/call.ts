import type { Clock } from "../../../../core/ports/clock.ts";
import type { Row } from "../row-list.ts";
import type { Input } from "../values.ts";

/** An action of a database for an engine to run. */
export interface DatabaseCall<Action> {
  action: Action;
  input: Input;
  /** The rows of a list, each the input of one statement, which succeed or fail together; undefined for one statement. */
  rows: Row[] | undefined;
  /** Tells a repeated attempt from another job. */
  idempotencyKey: string;
  /** Aborts at the job's timeout. */
  signal: AbortSignal;
  clock: Clock;
  /** Epoch milliseconds at which the attempt times out. */
  deadline: number;
}

/** An engine that is reached by a connection URL. */
export interface ConnectedCall<Action> extends DatabaseCall<Action> {
  /** The value behind the reference: a secret. */
  url: string;
  /** How the reference is written, for messages. */
  reference: string;
}

/** How long an idle connection is used without a ping first: a Lambda freezes between invocations. */
export const trustedIdleMs = 5_000;
export const connectTimeoutMs = 10_000;

/**
 * The milliseconds after which the server gives up by itself, a little before the attempt times out: its work is then undone
 * before the next attempt starts, and the connection can be kept. In whole seconds, so that the setting seldom changes.
 */
export function serverTimeoutMs({ clock, deadline }: Pick<DatabaseCall<unknown>, "clock" | "deadline">): number {
  const left = deadline - clock.now() - 200;
  return left > 2000 ? Math.floor(left / 1000) * 1000 : Math.max(100, Math.floor(left / 100) * 100);
}
