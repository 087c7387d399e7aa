import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { swc } from "../../jest.config.js";
import { mutations } from "./mutations.ts";

const rootDir = fileURLToPath(new URL("../..", import.meta.url));
const [, options] = swc;

/** One project for each mutation: its test, on the broken code. mutations.test.ts runs it. */
// biome-ignore lint/style/noDefaultExport: jest reads its configuration from a default export
export default {
  rootDir,
  testTimeout: 30_000,
  reporters: ["<rootDir>/test/mutations/reporter.js"],
  projects: mutations.map((mutation, i) => ({
    rootDir,
    displayName: String(i),
    // Nothing else is searched for tests, which would take longer than they do.
    roots: [`<rootDir>/test/${dirname(mutation.test)}`],
    testMatch: [`<rootDir>/test/${mutation.test}`],
    testEnvironment: "<rootDir>/test/plain-globals.js",
    extensionsToTreatAsEsm: [".ts"],
    transform: { "^.+\\.ts$": ["<rootDir>/test/mutations/transform.js", { swc: options, mutation }] },
  })),
};
