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

/** The catalog of the copy: that of the checkout, and products of the tests. */
const catalogWith = (more: Record<string, string>) => {
  const imports = Object.entries(more).map(([name, file]) => `import { ${name} } from "../test/deploy/${file}.ts";\n`);
  const names = Object.keys(more).join(", ");
  return `${imports.join("")}import { products as ours } from "./ours.ts";\n\nexport const products = [...ours, ${names}] as const;\n`;
};

/** The products of the tests that version 0.3.0 knows too. */
const ofBoth = { inAws: "in-aws", stored: "stored" };

export interface Checkout {
  folder: string;
  remove(): Promise<void>;
}

/**
 * A copy of this checkout with more products, added as a team adds its own. The catalog is part of every bundle, so another
 * catalog takes another checkout, and the code needs no way to swap it.
 */
export const copyOfCheckout = (): Promise<Checkout> =>
  checkoutWith((folder) => copied(parts, folder), { ...ofBoth, lasting: "lasting" });

/** The sources of an earlier version, which a clone without history has too: `git archive` of the parts that differ. */
const sourcesOf = (version: string) => join(root, `test/support/stored/version-${version}-sources.tar.gz`);

/**
 * Version 0.3.0 (commit f548e2bf) with those of the products that it knows, to go back to. What it shares with this checkout is of this one: packages,
 * page, tests.
 */
export const checkoutOfVersion03 = (): Promise<Checkout> =>
  checkoutWith(async (folder) => {
    await run("tar", ["-xzf", sourcesOf("0.3"), "-C", folder]);
    await copied(["dashboard/dist", "test/deploy"], folder);
  });

/** Version 0.1.0 (commit 8dfefc07) with products of its own, to upgrade from. Only the packages are those of this checkout. */
export const checkoutOfVersion01 = (): Promise<Checkout> =>
  checkoutWith(async (folder) => void (await run("tar", ["-xzf", sourcesOf("0.1"), "-C", folder])), {
    inAws: "in-aws",
  });

async function copied(some: readonly string[], folder: string): Promise<void> {
  for (const part of some) await cp(join(root, part), join(folder, part), { recursive: true });
}

async function checkoutWith(
  fill: (folder: string) => Promise<void>,
  more: Record<string, string> = ofBoth,
): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), "checkout-"));
  await fill(folder);
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await rename(join(folder, "products", "index.ts"), join(folder, "products", "ours.ts"));
  await writeFile(join(folder, "products", "index.ts"), catalogWith(more));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
