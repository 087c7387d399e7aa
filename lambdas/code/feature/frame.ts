import { AsyncLocalStorage } from "node:async_hooks";
import type { Branch } from "./branch.ts";
import type { Place } from "./places.ts";

/**
 * Whose code runs. `handler`: that of a feature, which sees the time of the log. `own`: that of a step, which sees the world. `probe`: the first
 * turn of a step's function, which shows which of both it is.
 */
export interface Frame {
  readonly run: HandlerRun;
  mode: "handler" | "probe" | "own";
  /** Begins the keys of the calls: `charge/`. */
  readonly scope: string;
  readonly branch?: Branch | undefined;
  readonly random: () => number;
  /** The calls of undos are made when no other call is taken any more. */
  readonly isUndo?: boolean | undefined;
  /** Whether its steps are just being probed. */
  isProbed?: boolean | undefined;
  /** Whether a probe has read the time or a random value of the world, which a handler must not see. */
  hasSeenWorld?: boolean;
  /** What the first call of ctx does to a probe: whether its function may go on. */
  readonly becomeHandler?: (() => boolean) | undefined;
}

/** What the replaced globals ask of a run. */
export interface HandlerRun {
  now(): number;
  readonly startedAt: number;
  /** The handler does something whose result another replay would not see. */
  outside(what: string, place: Place): void;
}

export const frames = new AsyncLocalStorage<Frame>();

/** The frame if the code of a handler runs. */
export function handlerFrame(): Frame | undefined {
  const frame = frames.getStore();
  if (frame?.mode === "probe") frame.hasSeenWorld = true;
  return frame?.mode === "handler" ? frame : undefined;
}
