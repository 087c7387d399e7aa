import { execFileSync } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Compiles the package into `dist`: the repository's folders that it publishes, side by side, and the built dashboard among them. */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
await rm(here("dist"), { recursive: true, force: true });
execFileSync("npx", ["tsc", "-p", here(".")], { stdio: "inherit", cwd: here("../..") });
await cp(here("../../dashboard/dist"), here("dist/dashboard/dist"), { recursive: true });
