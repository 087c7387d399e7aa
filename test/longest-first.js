import TestSequencer from "@jest/test-sequencer";

/** The two files of infra make three times the work of a worker whose memory holds the other one: one for each, at once. */
const alone = [/\/test\/infra\//];
/** Where the files are that take longest, longest first. */
const long = [
  ...alone,
  /\/test\/integration\/(local|sdk)\//,
  /\/test\/unit\/(consumers|core)\/together/,
  /\/test\/simulation\//,
];
const placeIn = (folders, { path }) => folders.findIndex((folder) => folder.test(path)) >>> 0;

/**
 * Jest begins with the files that took longest the last time. Where there was none, as in a fresh clone, it begins with the
 * largest, and one worker would be left with the longest at the end.
 */
// biome-ignore lint/style/noDefaultExport: jest takes a sequencer from a default export
export default class extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const folders = sorted.some(({ duration }) => duration !== undefined) ? alone : long;
    return sorted.toSorted((a, b) => placeIn(folders, a) - placeIn(folders, b));
  }
}
