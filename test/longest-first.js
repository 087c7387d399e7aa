import TestSequencer from "@jest/test-sequencer";

/** Where the files are that take longest, longest first. */
const long = [/\/test\/infra\//, /\/test\/integration\/(local|sdk)\//, /\/test\/simulation\//];
const placeOf = ({ path }) => long.findIndex((folder) => folder.test(path)) >>> 0;

/**
 * Jest begins with the files that took longest the last time. Where there was none, as in a fresh clone, it begins with the
 * largest, and one worker would be left with the longest at the end. Each of the two of infra needs a worker that has
 * nothing else in its memory yet.
 */
// biome-ignore lint/style/noDefaultExport: jest takes a sequencer from a default export
export default class extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
