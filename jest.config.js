import { join } from "node:path";
import { filesOf } from "./test/together.ts";

export const swc = [
  "@swc/jest",
  { jsc: { target: "es2024", parser: { syntax: "typescript" } }, module: { type: "es6" }, sourceMaps: "inline" },
];
const project = (name, ...files) => ({
  displayName: name,
  testMatch: files.length > 0 ? files : [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: "<rootDir>/test/plain-globals.js",
  extensionsToTreatAsEsm: [".ts"],
  transform: { "^.+\\.ts$": swc },
});
const besideServers = (name, ...files) => ({
  ...project(name, ...files),
  setupFilesAfterEnv: ["<rootDir>/test/tried-twice.js"],
});
/** Measures how long the page is held up: no other test may run beside it. */
const many = "test/browser/many.test.ts";

/** `npm test` runs what needs no server, `npm run test:integration` the rest that needs npm only; the browser project needs Chromium and the deploy
 * project an AWS emulator, so that each runs apart. */
// biome-ignore lint/style/noDefaultExport: jest reads its configuration from a default export
export default {
  projects: [
    project("unit"),
    project("together", ...filesOf(join(import.meta.dirname, "test/unit"))),
    project("simulation", "<rootDir>/test/simulation/*.test.ts"),
    project("mutations", "<rootDir>/test/{simulation/mutations,mutations}/*.test.ts"),
    project("infra"),
    besideServers("integration"),
    // A `!` in testMatch would not do: jest leaves <rootDir> behind it as written.
    { ...besideServers("browser"), testPathIgnorePatterns: [`<rootDir>/${many}`] },
    project("browser-many", `<rootDir>/${many}`),
    besideServers("deploy"),
    besideServers("package"),
  ],
  testTimeout: 30_000,
  reporters: ["default", "<rootDir>/test/noteworthy.js"],
  testSequencer: "<rootDir>/test/longest-first.js",
  // Jest by itself would leave one core free: half of them where there are two.
  maxWorkers: "100%",
  // A worker whose memory holds the modules of a hundred test files needs more than half a second to end, which jest takes for a leak.
  workerIdleMemoryLimit: "1500MB",
};
