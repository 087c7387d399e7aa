import type { Member } from "./group.ts";

/** For how long a target that failed is used last. */
export const leftOutMs = 60_000;

/** A provider's Retry-After may be longer than that, up to this. */
export const longestLeftOutMs = 3_600_000;

/** The most targets that are remembered; those that failed first are forgotten first. */
const mostOutages = 1000;

/** Which targets have failed lately, as one process has seen it. */
export class Outages {
  readonly #until = new Map<string, number>();

  failed(key: string, now: number, retryAfterMs = 0): void {
    const until = now + Math.min(longestLeftOutMs, Math.max(leftOutMs, retryAfterMs));
    this.#until.delete(key);
    this.#until.set(key, until);
    const [oldest] = this.#until.keys();
    if (this.#until.size > mostOutages && oldest !== undefined) this.#until.delete(oldest);
  }

  isBack(key: string): void {
    this.#until.delete(key);
  }

  /** Epoch milliseconds until which it is left out; undefined if it is not. */
  until(key: string, now: number): number | undefined {
    const until = this.#until.get(key);
    if (until !== undefined && until > now) return until;
    this.#until.delete(key);
    return undefined;
  }
}

/** The members with those that are left out at the end, first the one that comes back first; and the names of those it put back. */
export function preferred(
  members: readonly Member[],
  untilOf: (member: Member) => number | undefined,
): { order: Member[]; leftOut: string[] } {
  const out = members.flatMap((member) => {
    const until = untilOf(member);
    return until === undefined ? [] : [{ member, until }];
  });
  const last = out.toSorted((one, other) => one.until - other.until).map(({ member }) => member);
  const order = [...members.filter((member) => !last.includes(member)), ...last];
  const leftOut = out.map(({ member }) => member).filter((member) => order.indexOf(member) > members.indexOf(member));
  return { order, leftOut: leftOut.map(({ name }) => name) };
}
