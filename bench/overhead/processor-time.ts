import { median } from "../part.ts";

const rounds = 15;

/** Runs `work` so often and answers the microseconds of processor time that each took. */
async function timed(work: () => Promise<unknown>, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

interface Compared {
  ours: number;
  bare: number;
  ratio: number;
}

/** Medians of microseconds of processor time, by turns, so that what else the machine does meets both alike. */
export async function compared(
  ours: () => Promise<unknown>,
  bare: () => Promise<unknown>,
  times: number,
): Promise<Compared> {
  for (const work of [ours, bare]) await timed(work, 3 * times);
  const all: Compared[] = [];
  for (let round = 0; round < rounds; round++) {
    const one = { ours: await timed(ours, times), bare: await timed(bare, times) };
    all.push({ ...one, ratio: one.ours / one.bare });
  }
  const of = (name: keyof Compared) => median(all.map((one) => one[name]));
  return { ours: of("ours"), bare: of("bare"), ratio: of("ratio") };
}
