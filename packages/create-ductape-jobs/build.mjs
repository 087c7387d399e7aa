import { cp, mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Takes over from the package `ductape-jobs`, which is built first, what writes a project: so that a new one need not install that first. */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const files = [
  "packages/ductape-jobs/src/init/excluded.js",
  "packages/ductape-jobs/src/init/ignored.js",
  "packages/ductape-jobs/src/init/init.js",
  "packages/ductape-jobs/src/init/manifest.js",
  "packages/ductape-jobs/src/project-folder.js",
  "lambdas/core/kernel/version.js",
];
for (const folder of ["dist", "template"]) await rm(here(folder), { recursive: true, force: true });
for (const file of files) {
  await mkdir(dirname(here(`dist/${file}`)), { recursive: true });
  await cp(here(`../ductape-jobs/dist/${file}`), here(`dist/${file}`));
}
await cp(here("../ductape-jobs/template"), here("template"), { recursive: true });
