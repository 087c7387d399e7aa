import type { Random } from "./random.ts";

/** How hard the world is. Every probability is per port call unless its comment says otherwise. */
export interface Hardship {
  failBefore: number;
  failAfter: number;
  throttle: number;
  /** The call takes between a second and most of a minute, before its effect or before its answer. */
  hang: number;
  /** Per claim: its consumer is suspended for most of a minute before it writes its outcome. */
  stall: number;
  /** The Lambda dies at this call, before or after it took effect. */
  die: number;
  /** One entry of a batch call is refused. */
  refuse: number;
  /** Per history: the most outages, in each of which one AWS service refuses every call for minutes. */
  outages: number;
  /** Per message, and per batch of the stream: it is delivered twice. */
  duplicate: number;
  /** Per schedule: it fires twice, or never. */
  fireTwice: number;
  neverFire: number;
  /** The most milliseconds that a Lambda's clock may be off, either way. */
  skew: number;
  /** The most milliseconds that SQS may take beyond the delay. */
  queueLag: number;
  /** The part of a call before its effect, or the part after it, takes up to two seconds. */
  slow: number;
  /** How many milliseconds later than in a quick world things may happen although nothing breaks. */
  patience: number;
  /** Per input, result and progress: it is too large to be kept inline. */
  large: number;
  /** Per request: its caller sends it twice at once. */
  twice: number;
  /** Per execution: it takes longer than its timeout. */
  overlong: number;
  /** Per write of a job: it takes effect, its answer is lost, and the SDK repeats it seconds later. */
  loseAnswer: number;
  /** Per decision that is out of time: its Lambda freezes and continues while its successor is at work, or later. */
  freeze: number;
  /** Per feature: after some time all its decisions fail by a fault of ours. */
  faulty: number;
  /** Per message: it arrives in another type's queue. */
  misroute: number;
  /**
   * Per request: it is for the feature whose steps race. Callers are then impatient: they retry or delete a failed feature
   * while its end is still being dispatched, cancel twice, and repeat requests sooner.
   */
  race: number;
}

/**
 * Faults that are newer than the seeds of the mutations. They use separate randomness, so that older histories stay the same.
 */
const noLateFaults = { loseAnswer: 0, freeze: 0, faulty: 0, misroute: 0, race: 0 };

const lateFaults: Record<Exclude<keyof typeof noLateFaults, "race">, readonly number[]> = {
  loseAnswer: [0.02, 0.3],
  freeze: [0.5, 1],
  faulty: [0.1, 0.5],
  misroute: [0.05, 0.5],
};

/** A quarter of the histories has races, by separate randomness, so that the other histories stay the same. */
export const withRaces = (hardship: Hardship, random: Random): Hardship => ({
  ...hardship,
  race: random.pick([0, 0, 0, 0.7]),
});

/** Messages come twice, within the time that a job takes to pass its gates. */
export const withTwins = (hardship: Hardship): Hardship => ({ ...hardship, duplicate: 0.7, queueLag: 50, slow: 0.3 });

/** Half of the histories have none of them; in the others each is absent, occurs or is frequent. */
export const withLateFaults = (hardship: Hardship, random: Random): Hardship => {
  if (random.chance(0.5)) return hardship;
  const drawn = Object.entries(lateFaults).map(([fault, levels]) => [fault, random.pick([0, ...levels])]);
  return { ...hardship, ...Object.fromEntries(drawn) };
};

export const calm: Hardship = {
  failBefore: 0,
  failAfter: 0,
  throttle: 0,
  hang: 0,
  stall: 0,
  die: 0,
  refuse: 0,
  outages: 0,
  duplicate: 0,
  fireTwice: 0,
  neverFire: 0,
  skew: 0,
  queueLag: 50,
  slow: 0,
  patience: 0,
  large: 0.1,
  twice: 0,
  overlong: 0.05,
  ...noLateFaults,
};

/**
 * Nothing breaks, but AWS is slow: decisions of features take seconds, and the next wake-up may come meanwhile. Steps may wait
 * for that, but not for the two minutes after which a feature wakes by itself.
 */
const sluggish: Hardship = { ...calm, slow: 0.35, patience: 50_000 };

/** A little of everything. */
const mixed: Hardship = {
  failBefore: 0.015,
  failAfter: 0.02,
  throttle: 0.01,
  hang: 0.01,
  stall: 0.01,
  die: 0.015,
  refuse: 0.05,
  outages: 2,
  duplicate: 0.1,
  fireTwice: 0.1,
  neverFire: 0.1,
  skew: 3000,
  queueLag: 3000,
  slow: 0,
  patience: 0,
  large: 0.1,
  twice: 0.1,
  overlong: 0.05,
  ...noLateFaults,
};

/** Much of each. */
const heavy: Hardship = {
  failBefore: 0.15,
  failAfter: 0.15,
  throttle: 0.1,
  hang: 0.15,
  stall: 0.7,
  die: 0.12,
  refuse: 0.4,
  outages: 5,
  duplicate: 0.5,
  fireTwice: 0.5,
  neverFire: 0.7,
  skew: 3000,
  queueLag: 60_000,
  slow: 0.3,
  patience: 0,
  large: 0.9,
  twice: 0.7,
  overlong: 0.3,
  ...noLateFaults,
};

/** AWS refuses some calls for minutes, and SQS duplicates messages meanwhile. No other faults hide the effect. */
const stormy: Hardship = { ...calm, outages: 5, duplicate: 0.5, queueLag: 3000 };

const faults = Object.keys(mixed).filter((fault) => !(fault in noLateFaults)) as (keyof Hardship)[];

/**
 * Each history draws which faults are absent, which occur and which are frequent. If everything happened now and then, a bug
 * that takes three faults of one kind, and none of another kind that hides it, would hardly ever appear. Groce et al., Swarm
 * Testing, ISSTA 2012: https://doi.org/10.1145/2338965.2336763
 */
function swarm(random: Random): Hardship {
  const drawn = faults.map((fault) => [fault, random.pick([calm, mixed, heavy])[fault]]);
  return { ...noLateFaults, ...(Object.fromEntries(drawn) as Omit<Hardship, keyof typeof noLateFaults>) };
}

export const peacefulHardship = (random: Random): Hardship => ({
  ...(random.chance(0.4) ? calm : sluggish),
  ...loadOf(random),
});

export const hardshipOf = (random: Random): Hardship => ({
  ...random.pick([mixed, stormy, swarm(random), swarm(random), swarm(random), swarm(random)]),
  ...loadOf(random),
  twice: random.pick([mixed.twice, heavy.twice]),
});

/** The properties of jobs, which are not hardships in themselves. */
const loadOf = (random: Random) => ({
  large: random.pick([mixed.large, heavy.large]),
  overlong: random.pick([mixed.overlong, heavy.overlong]),
});
