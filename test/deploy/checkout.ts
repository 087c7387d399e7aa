import { cp, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

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

/**
 * A copy of this checkout with two more products, added as a team adds its own. The catalog is part of every bundle, so another
 * catalog takes another checkout, and the code needs no way to swap it.
 */
export async function copyOfCheckout(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "checkout-"));
  for (const part of parts) await cp(join(root, part), join(folder, part), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await rename(join(folder, "products", "index.ts"), join(folder, "products", "ours.ts"));
  await writeFile(join(folder, "products", "index.ts"), catalog);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
