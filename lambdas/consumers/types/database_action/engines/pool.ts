import { JobError, provenUndone } from "../../../../core/job/job-error.ts";
import { untilAborted, within } from "../../../clients/until-aborted.ts";
import { connectTimeoutMs, type DatabaseCall, trustedIdleMs } from "./call.ts";
import { Unconnected } from "./network-fault.ts";

/** A connection of an SQL engine, as the pool sees it. */
export interface Connection {
  /** Set when the connection must not be used again: its socket failed, or its state is unknown. */
  broken: boolean;
  ping(): Promise<unknown>;
  /** Destroys the socket without notifying the server, which may not be listening any more. */
  destroy(): void;
}

export interface Connecting<C> {
  connection: C;
  ready: Promise<unknown>;
}

interface Limits extends Pick<DatabaseCall<unknown>, "clock" | "signal"> {
  /** The reference that the URL comes from: a new URL of the same reference replaces it. */
  reference?: string;
}

interface Place<C> {
  idle: { connection: C; since: number }[];
  open: number;
  waiting: (() => void)[];
  /** Its URL was replaced by another one. */
  isOld: boolean;
}

/** A connection that was idle for this long is closed when the next one is requested. */
const forgottenAfterMs = 300_000;

/**
 * A few connections per URL, kept while the Lambda is warm. It replaces the drivers' pools so that both SQL engines have the same
 * rules, and so that an abort destroys the one connection that hangs, whatever it waits for.
 */
export class Pool<C extends Connection> {
  readonly #connect: (url: string) => Connecting<C>;
  readonly #most: number;
  readonly #places = new Map<string, Place<C>>();
  readonly #urls = new Map<string, string>();

  constructor(connect: (url: string) => Connecting<C>, most = 4) {
    this.#connect = connect;
    this.#most = most;
  }

  /** Runs `work` on a separate connection. On abort the connection is destroyed and the signal's reason thrown. */
  async use<T>(url: string, limits: Limits, work: (connection: C) => Promise<T>): Promise<T> {
    limits.signal.throwIfAborted();
    this.#sweep(limits.clock.now());
    this.#retire(url, limits.reference);
    const place = this.#placeOf(url);
    await this.#takeSlot(place, limits.signal);
    let connection: C | undefined;
    try {
      connection = (await this.#reuse(place, limits)) ?? (await this.#open(url, limits));
      return await this.#guarded(connection, limits.signal, () => work(connection as C));
    } finally {
      if (place.isOld) connection?.destroy();
      if (connection?.broken === false) place.idle.push({ connection, since: limits.clock.now() });
      place.open--;
      place.waiting.shift()?.();
    }
  }

  /** Closes the idle connections. One that is in use is closed after its use, and only if it has failed. */
  close(): void {
    for (const { idle } of this.#places.values()) for (const { connection } of idle.splice(0)) connection.destroy();
    this.#places.clear();
  }

  #placeOf(url: string): Place<C> {
    const known = this.#places.get(url);
    if (known) return known;
    const place: Place<C> = { idle: [], open: 0, waiting: [], isOld: false };
    this.#places.set(url, place);
    return place;
  }

  /** Rotated credentials make a new URL. Connections that were opened with the old one are closed, at once or after their use. */
  #retire(url: string, reference: string | undefined): void {
    if (reference === undefined) return;
    const before = this.#urls.get(reference);
    this.#urls.set(reference, url);
    const place = before === undefined || before === url ? undefined : this.#places.get(before);
    if (!place) return;
    place.isOld = true;
    for (const { connection } of place.idle.splice(0)) connection.destroy();
    this.#places.delete(before as string);
  }

  async #takeSlot(place: Place<C>, signal: AbortSignal): Promise<void> {
    while (place.open >= this.#most) {
      const { promise, resolve } = Promise.withResolvers<void>();
      place.waiting.push(resolve);
      try {
        await untilAborted(signal, promise);
      } catch (error) {
        // A caller that waits for a connection has sent nothing.
        throw provenUndone(error);
      } finally {
        place.waiting = place.waiting.filter((waiter) => waiter !== resolve);
      }
    }
    place.open++;
  }

  async #reuse(place: Place<C>, limits: Limits): Promise<C | undefined> {
    for (let kept = place.idle.pop(); kept; kept = place.idle.pop()) {
      const { connection, since } = kept;
      if (connection.broken) continue;
      if (limits.clock.now() - since <= trustedIdleMs || (await this.#answers(connection, limits))) return connection;
      // Whatever broke this connection has also broken those that were idle for longer.
      for (const { connection: other } of [kept, ...place.idle.splice(0)]) other.destroy();
    }
    return undefined;
  }

  async #answers(connection: C, limits: Limits): Promise<boolean> {
    try {
      await this.#guarded(connection, limits.signal, () =>
        within(limits, 2000, connection.ping(), () => new Error("no answer to a ping")),
      );
      return !connection.broken;
    } catch {
      limits.signal.throwIfAborted();
      return false;
    }
  }

  async #open(url: string, limits: Limits): Promise<C> {
    const { connection, ready } = this.#connect(url);
    try {
      await within(limits, connectTimeoutMs, ready, () => {
        return new JobError("CONNECTION_ERROR", `The database did not answer within ${connectTimeoutMs} ms.`, {
          nothingDone: true,
        });
      });
      return connection;
    } catch (error) {
      connection.destroy();
      throw error instanceof JobError || limits.signal.aborted
        ? error
        : new Unconnected("not connected", { cause: error });
    }
  }

  async #guarded<T>(connection: C, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const destroy = () => connection.destroy();
    signal.addEventListener("abort", destroy, { once: true });
    try {
      return await untilAborted(signal, work());
    } finally {
      signal.removeEventListener("abort", destroy);
    }
  }

  /** Closes connections that were idle for long. */
  #sweep(now: number): void {
    for (const [url, place] of this.#places) {
      const forgotten = place.idle.filter(({ since }) => now - since > forgottenAfterMs);
      place.idle = place.idle.filter((kept) => !forgotten.includes(kept));
      for (const { connection } of forgotten) connection.destroy();
      if (place.idle.length === 0 && place.open === 0 && place.waiting.length === 0) this.#places.delete(url);
    }
  }
}
