import type { Tick, Ticks } from "../../../lambdas/core/ports/ticks.ts";

/** A tick that was sent, and when. */
export type SentTick = Tick & { sent: number };

export interface FakeTicks extends Ticks {
  /** What was sent, in order. */
  sent: SentTick[];
}

/** A queue of ticks that delivers nothing and remembers what was sent. */
export function fakeTicks(): FakeTicks {
  const sent: SentTick[] = [];
  return {
    sent,
    async send(ticks, now) {
      sent.push(...ticks.map((tick) => ({ ...tick, sent: now })));
    },
  };
}
