import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

/** How hard the world is; every probability is per port call unless it says otherwise. */
export interface Hardship {
  failBefore: number;
  failAfter: number;
  hang: number;
  /** The Lambda dies at this call, before or after it took effect. */
  die: number;
  /** Per message. */
  duplicate: number;
  /** Per schedule: fires twice, or never. */
  fireTwice: number;
  neverFire: number;
  /** Milliseconds that a Lambda's clock may be off, either way. */
  skew: number;
  /** Milliseconds that SQS may take beyond the delay. */
  queueLag: number;
}

export const calm: Hardship = {
  failBefore: 0,
  failAfter: 0,
  hang: 0,
  die: 0,
  duplicate: 0,
  fireTwice: 0,
  neverFire: 0,
  skew: 0,
  queueLag: 50,
};

export const hard: Hardship = {
  failBefore: 0.02,
  failAfter: 0.02,
  hang: 0.01,
  die: 0.015,
  duplicate: 0.1,
  fireTwice: 0.1,
  neverFire: 0.1,
  skew: 3000,
  queueLag: 3000,
};

/** One Lambda invocation: its clock, and whether it has died. */
export interface Invocation {
  what: string;
  skew: number;
  dead: boolean;
}

const never = new Promise<never>(() => {});

export class Injected extends Error {}

/** A port as one invocation sees it: slow, and at the adversary's mercy. Nothing happens after the invocation's death. */
export function throughAdversary<Port extends object>(
  port: Port,
  invocation: Invocation,
  { time, random, hardship, observer }: { time: Timeline; random: Random; hardship: Hardship; observer: Observer },
): Port {
  const call =
    (method: string, effect: (...args: unknown[]) => Promise<unknown>) =>
    async (...args: unknown[]) => {
      await time.sleep(random.chance(hardship.hang) ? random.int(1000, 20_000) : random.int(1, 20));
      if (invocation.dead) return never;
      const at = (fault: string) => {
        observer.cover(`${fault} ${method}`);
        observer.note(`${invocation.what} ${fault} ${method}`);
      };
      if (random.chance(hardship.die)) {
        invocation.dead = true;
        const effective = random.chance(0.5);
        at(effective ? "dies after" : "dies before");
        if (effective) await effect(...args).catch(() => {});
        return never;
      }
      if (random.chance(hardship.failBefore)) {
        at("fails before");
        throw new Injected(`${method} failed before it took effect`);
      }
      const answer = await effect(...args);
      if (random.chance(hardship.failAfter)) {
        at("fails after");
        throw new Injected(`${method} failed after it took effect`);
      }
      await time.sleep(random.int(1, 20));
      return invocation.dead ? never : answer;
    };
  return Object.fromEntries(
    Object.entries(port).map(([name, value]) => [name, typeof value === "function" ? call(name, value) : value]),
  ) as Port;
}
