import config from "../../jest.config.js";

/** The suites that run against moto, which main.ts starts. */
const rootDir = new URL("../..", import.meta.url).pathname;
const testMatch = ["<rootDir>/test/independent/*/*.test.ts"];
const [unit] = config.projects;

// biome-ignore lint/style/noDefaultExport: jest reads its configuration from a default export
export default {
  rootDir,
  testTimeout: 120_000,
  projects: [{ ...unit, rootDir, displayName: "independent", testMatch }],
};
