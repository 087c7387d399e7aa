/**
 * Runs Jest on projects of jest.config.js: `node test/jest.mjs unit,infra [ARGUMENT...]`. The arguments come first, since Jest would
 * take a path that follows the projects for one of them.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const [, , projects = "", ...args] = process.argv;
const jest = fileURLToPath(import.meta.resolve("jest/bin/jest"));
const NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
].join(" ");
const { status } = spawnSync(process.execPath, [jest, ...args, "--selectProjects", ...projects.split(",")], {
  stdio: "inherit",
  env: { ...process.env, NODE_OPTIONS },
});
process.exitCode = status ?? 1;
