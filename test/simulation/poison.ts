import { type Random, seeded } from "./random.ts";

/** Decides what AWS permanently refuses. The answer for one thing is always the same, whoever sends it and however often. */
export interface Poison {
  /** Something that is sent: an event, a message, the content of a dead letter. */
  sent(thing: string): boolean;
  /** A write of a job that our own code cannot handle. */
  write(thing: string): boolean;
  /** The item of a new job. */
  item(thing: string): boolean;
  /** Randomness for observers, which change no history. */
  random: Random;
}

/** FNV-1a, 32 bits. */
const hash = (text: string): number =>
  [...text].reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 0x01000193), 0x811c9dc5) >>> 0;

/**
 * Uses separate randomness, so that a history with poison is as far as possible the same as without it. A quarter of the
 * histories have none, and in a peaceful one our code handles every write.
 */
export function poisonOf(seed: number, isPeaceful: boolean): Poison {
  const share = seeded(seed ^ 0x7015_0000).pick([0, 0.03, 0.1, 0.4]);
  const says = (kind: string, most: number) => (thing: string) =>
    seeded(hash(`${kind} ${seed} ${thing}`)).chance(Math.min(share, most));
  return {
    sent: says("sent", 1),
    write: says("write", isPeaceful ? 0 : 0.1),
    item: says("item", 0.1),
    random: seeded(seed ^ 0x3a3a_0000),
  };
}
