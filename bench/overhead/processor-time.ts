import { median } from "../part.ts";

/** So short that what else the machine does meets both sides alike, so long that each has its share of garbage collection. */
const callsATurn = 100;
const turns = { warm: 20, measured: 60 };

interface Compared {
  ours: number;
  bare: number;
  ratio: number;
}

/**
 * Microseconds of processor time of a call, on all threads of the process: medians of many short turns, one side after the
 * other. The ratio is that of the medians: a ratio of each pair of turns takes over the noise of both.
 */
export async function compared(ours: () => Promise<unknown>, bare: () => Promise<unknown>): Promise<Compared> {
  const turn = async () => ({ ours: await timed(ours), bare: await timed(bare) });
  for (let i = 0; i < turns.warm; i++) await turn();
  const all: Awaited<ReturnType<typeof turn>>[] = [];
  for (let i = 0; i < turns.measured; i++) all.push(await turn());
  const medians = { ours: median(all.map((one) => one.ours)), bare: median(all.map((one) => one.bare)) };
  return { ...medians, ratio: medians.ours / medians.bare };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < callsATurn; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / callsATurn;
}
