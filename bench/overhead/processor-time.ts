import { median } from "../part.ts";

/** Short enough that other load on the machine affects all kinds alike, long enough that each turn includes garbage collection. */
const callsATurn = 100;
const turns = { warm: 20, measured: 60 };

/**
 * Microseconds of processor time per call, on all threads of the process: for each kind of call the median of many short
 * turns, one kind after the other. Compare the medians: a ratio taken within each turn has the noise of both.
 */
export async function processorTimes<Kind extends string>(
  calls: Record<Kind, () => Promise<unknown>>,
): Promise<Record<Kind, number>> {
  const kinds = Object.keys(calls) as Kind[];
  const times = Object.fromEntries(kinds.map((kind) => [kind, [] as number[]])) as Record<Kind, number[]>;
  for (let turn = 0; turn < turns.warm + turns.measured; turn++)
    for (const kind of kinds) {
      const time = await timed(calls[kind]);
      if (turn >= turns.warm) times[kind].push(time);
    }
  return Object.fromEntries(kinds.map((kind) => [kind, median(times[kind])])) as Record<Kind, number>;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < callsATurn; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / callsATurn;
}
