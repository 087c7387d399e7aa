import { execFile } from "node:child_process";
import { cp, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));

/** The files that a deployment reads. */
const parts = [
  "infra",
  "lambdas",
  "products",
  "dashboard/dist",
  "test/deploy",
  "cdk.json",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];

const catalog = `import { inAws } from "../test/deploy/in-aws.ts";
import { stored } from "../test/deploy/stored.ts";
import { products as ours } from "./ours.ts";

export const products = [...ours, inAws, stored] as const;
`;

export interface Checkout {
  folder: string;
  remove(): Promise<void>;
}

/**
 * A copy of this checkout with two more products, added as a team adds its own. The catalog is part of every bundle, so another
 * catalog takes another checkout, and the code needs no way to swap it.
 */
export const copyOfCheckout = (): Promise<Checkout> => checkoutWith((folder) => copied(parts, folder));

/** The sources of version 0.3.0 (commit f548e2bf), which a clone without history has too: `git archive` of the parts that differ. */
const before = join(root, "test/support/stored/version-0.3-sources.tar.gz");

/** Version 0.3.0 with the same two products, to go back to. What it shares with this checkout is of this one: packages, page, tests. */
export const checkoutOfVersion03 = (): Promise<Checkout> =>
  checkoutWith(async (folder) => {
    await run("tar", ["-xzf", before, "-C", folder]);
    await copied(["dashboard/dist", "test/deploy"], folder);
  });

async function copied(some: readonly string[], folder: string): Promise<void> {
  for (const part of some) await cp(join(root, part), join(folder, part), { recursive: true });
}

async function checkoutWith(fill: (folder: string) => Promise<void>): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), "checkout-"));
  await fill(folder);
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await rename(join(folder, "products", "index.ts"), join(folder, "products", "ours.ts"));
  await writeFile(join(folder, "products", "index.ts"), catalog);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
