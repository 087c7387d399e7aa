#!/usr/bin/env node
import { existsSync, readdirSync } from "node:fs";
import { relative, resolve } from "node:path";

const usage = `npm create ductape-jobs [folder]

Writes a project that schedules jobs: a catalog, a CDK app and a test. The folder is new or empty; "." is this one, which
may have a package.json already. To add to a project: npx ductape-jobs init`;

const [, , folder = "my-jobs", ...more] = process.argv;
if (folder.startsWith("-") || more.length > 0) {
  const asked = folder === "--help" || folder === "-h";
  (asked ? console.log : console.error)(usage);
  process.exit(asked ? 0 : 2);
}
const root = resolve(folder);
if (root !== process.cwd() && existsSync(root) && readdirSync(root).length > 0) {
  console.error(`${folder} is not empty. To add to the project there: cd ${folder} && npx ductape-jobs init`);
  process.exit(1);
}
const { init, InitError, nextSteps } = await import("../dist/packages/ductape-jobs/src/init/init.js");
try {
  const { start } = await init({ folder: root, say: (line) => console.log(line) });
  console.log(nextSteps({ place: relative(process.cwd(), root), start, env: process.env }));
} catch (error) {
  if (!(error instanceof InitError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
