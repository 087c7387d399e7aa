import { access, cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dashboardFolder } from "../../lambdas/topology.ts";

const built = fileURLToPath(new URL(`../../${dashboardFolder.built}`, import.meta.url));

/**
 * Copies the files of the built dashboard beside the bundle of the function that serves them. They are no part of its code: a
 * cold start compiles none of them. Throws if the dashboard has not been built.
 */
export async function copyPage(outdir: string): Promise<void> {
  try {
    await access(join(built, "index.html"));
  } catch {
    throw new Error(
      `${dashboardFolder.built} is missing: run \`npm run build:dashboard\`, or set jobs:dashboard=false.`,
    );
  }
  await cp(built, join(outdir, dashboardFolder.deployed), { recursive: true });
}
