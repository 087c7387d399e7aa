import { existsSync } from "node:fs";
import { join } from "node:path";

export const defaultCatalog = "products/index.ts";

/** What `init` makes in a project that has a package.json already, whose modules and compiler options may be of any kind. */
export const jobsFolder = "jobs";

/** Where the catalog of a project is, with its data and the values of its references: here, or in the folder that `init` has made. */
export function projectFolder(cwd: string): string {
  const own = join(cwd, jobsFolder);
  return !existsSync(join(cwd, defaultCatalog)) && existsSync(join(own, defaultCatalog)) ? own : cwd;
}
