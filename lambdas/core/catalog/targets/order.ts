import type { Group, Member } from "./group.ts";

/**
 * The members in the order in which a job tries them: as they are written, or, with weights, one that the seed chooses and then the
 * others by weight.
 */
export function targetOrderOf({ members }: Pick<Group, "members">, seed: string): readonly Member[] {
  if (members.every(({ weight }) => weight === undefined)) return members;
  const order = byWeight(members);
  const chosen = chosenOf(order, fractionOf(seed));
  return chosen === undefined ? order : [chosen, ...order.filter((one) => one !== chosen)];
}

/** The heaviest first; as they are written where there are no weights, or the same. */
export const byWeight = (members: readonly Member[]): readonly Member[] =>
  members.toSorted((one, other) => (other.weight ?? 0) - (one.weight ?? 0));

/** The member in whose part of the sum of all weights the fraction falls. */
function chosenOf(members: readonly Member[], fraction: number): Member | undefined {
  let left = fraction * members.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return members.find(({ weight = 0 }) => {
    left -= weight;
    return left < 0;
  });
}

/** A number in [0, 1) that is the same for the same text, and spread evenly over texts: FNV-1a, mixed as in MurmurHash3. */
export function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
