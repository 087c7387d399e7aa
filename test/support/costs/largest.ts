import { tooMuchTime } from "./processor-time.ts";
import { shapes } from "./shapes.ts";
import { type Way, ways } from "./ways.ts";

/*
 * Prints which shapes of the largest requests cost more than two seconds of the processor. It runs in a process of its own: under jest
 * each look at a global costs as much as a call, and a file may have millions of numbers.
 */

/** As many bytes as a request may have. */
const largest = 4_300_000;

/** Alone, a machine needs less than half of it; the test may run beside others. */
const mostMs = 2000;

const { parse } = ways as { parse: Way };

const slow = [];
for (const [name, shape] of shapes) slow.push(await tooMuchTime(name, { way: parse, shape, bytes: largest, mostMs }));
process.stdout.write(JSON.stringify(slow.filter((one) => one !== undefined)));
