import type { EventEmitter } from "node:events";

/** A listener that hands what it throws to `failed`. Thrown out of an event, it would end the process, and every job in it. */
export const guarded =
  <Args extends unknown[]>(listener: (...args: Args) => unknown, failed: (error: unknown) => void) =>
  (...args: Args): void => {
    try {
      listener(...args);
    } catch (error) {
      failed(error);
    }
  };

/**
 * Hands to `failed` what any listener of an emitter throws. A driver reads its server's answers in events of a socket, and a
 * server may answer anything.
 */
export function guardEvents(emitter: EventEmitter, failed: (error: unknown) => void): void {
  const { emit } = emitter;
  emitter.emit = (...event) => {
    try {
      return emit.apply(emitter, event);
    } catch (error) {
      failed(error);
      return true;
    }
  };
}
