import type { Shape } from "./shapes.ts";
import type { Way } from "./ways.ts";

/** Below this many milliseconds a measurement is mostly noise. */
const floorMs = 8;

/** A machine under load, or the collector of memory, may hit one run, hardly several. */
const tries = 4;

/** The milliseconds of the processor that a way in spends on a body: the fewest of several runs, if `enough` is not met at once. */
async function processorMs(way: Way, body: unknown, enough: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < tries && least > enough; run++) {
    const before = process.cpuUsage();
    await way(body);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** As it comes out of a parser: what a test builds may have another form in memory. */
const parsed = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

export interface Growth {
  name: string;
  small: number;
  large: number;
}

/**
 * The cost of a shape at a size and at ten times as much; undefined if it grows as the size does. Ten times the work is linear and
 * a hundred times is quadratic: the bound is between the two, since the compiler's and the collector's threads count as well.
 */
export async function tooMuchGrowth(
  name: string,
  { way, shape, bytes, most = 30 }: { way: Way; shape: Shape; bytes: number; most?: number },
): Promise<Growth | undefined> {
  const small = Math.max(floorMs, await processorMs(way, parsed(shape(bytes)), floorMs));
  const large = await processorMs(way, parsed(shape(10 * bytes)), most * small);
  return large <= most * small ? undefined : { name, small, large };
}

/** The cost of a shape at a size if it is more than `mostMs`. */
export async function tooMuchTime(
  name: string,
  { way, shape, bytes, mostMs }: { way: Way; shape: Shape; bytes: number; mostMs: number },
): Promise<{ name: string; ms: number } | undefined> {
  const ms = await processorMs(way, parsed(shape(bytes)), mostMs);
  return ms <= mostMs ? undefined : { name, ms };
}
