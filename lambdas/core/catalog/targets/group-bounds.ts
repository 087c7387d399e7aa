/** What a group of targets may have at most. */
export const groupBounds = { members: 10, weight: 1_000_000 } as const;

/** How often a healthcheck may be asked, and how long one may hold up a job, in milliseconds. */
export const healthBounds = { everyMs: 30_000, leastEveryMs: 1000, mostEveryMs: 3_600_000, longestMs: 1000 } as const;
