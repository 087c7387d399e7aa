import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";

/** Guards a socket, which is destroyed by what a listener throws: the driver then knows that its connection is lost. */
export const guardSocket = (socket: Socket): void => guardEvents(socket, (error) => socket.destroy(error as Error));

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

const guardedEmitters = new WeakSet<EventEmitter>();

/**
 * Hands to `failed` what any listener of an emitter throws. A driver reads its server's answers in events of a socket, and a
 * server may answer anything. Does nothing for an emitter that is guarded already.
 */
export function guardEvents(emitter: EventEmitter, failed: (error: unknown) => void): void {
  if (guardedEmitters.has(emitter)) return;
  guardedEmitters.add(emitter);
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
