/**
 * Runs Jest on projects of jest.config.js: `node test/jest.mjs unit,infra [ARGUMENT...]`, or on one group of them after the other:
 * `browser+browser-many`. The arguments come first, since Jest would take a path that follows the projects for one of them.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [, , projects = "", ...args] = process.argv;
const jest = fileURLToPath(import.meta.resolve("jest/bin/jest"));
const NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
].join(" ");
// Each stack that is synthesized leaves a folder, as do servers that are killed. What jest has compiled stays for the next run.
const TMPDIR = mkdtempSync(join(tmpdir(), "ductape-tests-"));
// PostgreSQL runs as another user where root runs the tests.
chmodSync(TMPDIR, 0o1777);
const cache = `--cacheDirectory=${join(tmpdir(), "ductape-jest-cache")}`;
const run = (group, more) =>
  spawnSync(process.execPath, [jest, ...args, ...more, cache, "--selectProjects", ...group.split(",")], {
    stdio: "inherit",
    env: { ...process.env, NODE_OPTIONS, TMPDIR },
  }).status ?? 1;
// An argument may choose a file that runs together with others otherwise.
const chosen = args.length > 0 ? projects.replace("together", "unit") : projects;
const groups = chosen.split("+");
// A path names tests of one group only.
const more = groups.length > 1 && args.length > 0 ? ["--passWithNoTests"] : [];
let status = 0;
for (const group of groups) if (status === 0) status = run(group, more);
rmSync(TMPDIR, { recursive: true, force: true });
process.exitCode = status;
