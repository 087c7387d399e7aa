/** Hexadecimal digits of epoch milliseconds with which an id begins behind its prefix, so that ids sort by time. */
const digits = 12;

/** The first id of a time, and of all later ones: every id of an earlier time sorts before it. */
export const firstIdOf = (prefix: string, at: number): string =>
  prefix + Math.max(0, at).toString(16).padStart(digits, "0");

/** The time of such an id, epoch milliseconds. */
export const timeOfId = (prefix: string, id: string): number =>
  Number.parseInt(id.slice(prefix.length, prefix.length + digits), 16);
