import { type Random, seeded } from "./random.ts";

/** Says whether AWS will never take a thing. Always the same of the same thing, whoever offers it and how often. */
export interface Poison {
  /** What goes out: an event, a message, a dead letter's content. */
  sent(thing: string): boolean;
  /** A write of a job that our own code can make nothing of. */
  write(thing: string): boolean;
  /** A new job's item. */
  item(thing: string): boolean;
  /** Chance for what only watches: it changes no history. */
  random: Random;
}

/** FNV-1a, 32 bits. */
const hash = (text: string): number =>
  [...text].reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 0x01000193), 0x811c9dc5) >>> 0;

/**
 * Of its own randomness, so that a history with poison is as far as possible the one that it is without. In every fourth
 * there is none; in a peaceful one our code understands every write.
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
