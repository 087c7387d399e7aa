import type { Clock } from "../../../../core/ports/clock.ts";
import { untilAborted } from "../../../clients/until-aborted.ts";

interface KeptClient<Client> {
  client: Promise<Client>;
  users: number;
  usedAt: number;
  discarded: boolean;
}

interface Rules<Client> {
  close(client: Client): Promise<unknown>;
  /** Whether the client may not be used again: its peer has hung up. */
  isBroken(client: Client): boolean;
}

interface Limits {
  clock: Pick<Clock, "now">;
  signal: AbortSignal;
}

/**
 * A connection that nothing has used for this long is replaced. While a Lambda is frozen its timers stand still, and proxies drop
 * connections without a word, so a message sent on an old one would wait for an answer until the job times out.
 */
const trustedIdleMs = 60_000;

/**
 * Keeps one client per set of settings, connection and credentials included, while this Lambda is warm. The jobs of a batch share it.
 * It is closed once nothing uses it if its peer has hung up, if a job's abort says that it hangs, or after a while without use.
 */
export class Keeper<Client> {
  readonly #rules: Rules<Client>;
  readonly #kept = new Map<string, KeptClient<Client>>();

  constructor(rules: Rules<Client>) {
    this.#rules = rules;
  }

  /** Runs `work` on the client of these settings. `isLost` says of an error whether the client is to be discarded. */
  async use<T>(
    settings: string,
    limits: Limits,
    open: () => Promise<Client>,
    work: (client: Client) => Promise<T>,
    isLost: (error: unknown) => boolean,
  ): Promise<T> {
    const { clock, signal } = limits;
    this.#sweep(clock.now());
    const entry = await this.#usable(settings, limits, open);
    entry.users++;
    try {
      return await untilAborted(signal, entry.client.then(work));
    } catch (error) {
      if (signal.aborted || isLost(error)) this.#discard(settings, entry);
      throw error;
    } finally {
      entry.users--;
      entry.usedAt = clock.now();
      if (entry.discarded) void this.#end(entry);
    }
  }

  /** Closes every client that nothing uses. */
  async close(): Promise<void> {
    const entries = [...this.#kept];
    for (const [settings, entry] of entries) this.#discard(settings, entry);
    await Promise.all(entries.map(([, entry]) => this.#end(entry)));
  }

  async #usable(settings: string, { clock, signal }: Limits, open: () => Promise<Client>): Promise<KeptClient<Client>> {
    const kept = this.#kept.get(settings);
    if (kept && !this.#rules.isBroken(await untilAborted(signal, kept.client))) return kept;
    if (kept) this.#retire(settings, kept);
    // Another job may have opened one while this one waited.
    return this.#kept.get(settings) ?? this.#open(settings, open, clock.now());
  }

  #open(settings: string, open: () => Promise<Client>, usedAt: number): KeptClient<Client> {
    const entry: KeptClient<Client> = { client: open(), users: 0, usedAt, discarded: false };
    this.#kept.set(settings, entry);
    entry.client.catch(() => this.#discard(settings, entry));
    return entry;
  }

  #sweep(now: number): void {
    for (const [settings, entry] of this.#kept) {
      if (entry.users > 0 || Math.abs(now - entry.usedAt) <= trustedIdleMs) continue;
      this.#retire(settings, entry);
    }
  }

  #retire(settings: string, entry: KeptClient<Client>): void {
    this.#discard(settings, entry);
    void this.#end(entry);
  }

  #discard(settings: string, entry: KeptClient<Client>): void {
    entry.discarded = true;
    if (this.#kept.get(settings) === entry) this.#kept.delete(settings);
  }

  /** Nobody waits for the end: a peer that hangs would not answer it. */
  async #end({ client, users }: KeptClient<Client>): Promise<void> {
    if (users > 0) return;
    await client.then((one) => this.#rules.close(one)).catch(() => {});
  }
}
