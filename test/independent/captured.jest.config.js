import config from "../../jest.config.js";

/** Runs the adapters' tests and records each SDK request (capture.ts). */
const rootDir = new URL("../..", import.meta.url).pathname;
const projects = config.projects
  .filter(({ displayName }) => displayName === "unit" || displayName === "integration")
  .map((project) => ({ ...project, rootDir, setupFilesAfterEnv: ["<rootDir>/test/independent/capture.ts"] }));

// biome-ignore lint/style/noDefaultExport: jest reads its configuration from a default export
export default { ...config, rootDir, projects, testSequencer: undefined };
