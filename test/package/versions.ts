import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shell } from "./run.ts";

const root = new URL("../..", import.meta.url).pathname;

/** The packages of a version, as npm would publish them. */
export interface Packages {
  version: string;
  create: string;
  jobs: string;
  sdk: string;
}

const packagesIn = (folder: string, version: string): Packages => ({
  version,
  create: join(folder, "create-ductape-jobs.tgz"),
  jobs: join(folder, "ductape-jobs.tgz"),
  sdk: join(folder, "ductape-sdk.tgz"),
});

/** Packs this version. */
export async function packNow(folder: string): Promise<Packages> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  await shell(`node_modules/.bin/node packages/pack.ts ${folder}`, root, {
    PATH: `${root}/node_modules/.bin:${process.env.PATH}`,
  });
  for (const name of ["ductape-sdk", "ductape-jobs", "create-ductape-jobs"]) await listsItself(folder, name);
  return packagesIn(folder, version);
}

/** Beside each package is a CycloneDX document with all that it installs. */
async function listsItself(folder: string, name: string): Promise<void> {
  const bom = JSON.parse(await readFile(join(folder, `${name}.cdx.json`), "utf8")) as Bom;
  const { dependencies = {} } = JSON.parse(await manifestIn(join(folder, `${name}.tgz`))) as Manifest;
  // Its name of a package of this repository is that of its folder.
  const listed = new Set(bom.components.map(({ purl }) => decodeURIComponent(purl).replace(/^pkg:npm\/|@[^@]*$/g, "")));
  const missing = Object.keys(dependencies).filter((dependency) => !listed.has(dependency));
  if (bom.bomFormat !== "CycloneDX" || missing.length > 0)
    throw new Error(`${name}.cdx.json is no CycloneDX document, or lacks ${missing}`);
}

interface Bom {
  bomFormat: string;
  components: { purl: string }[];
}

interface Manifest {
  version: string;
  dependencies?: Record<string, string>;
}

/**
 * The version before: the packages in the folder PACKAGES_BEFORE, or this version under a lower number, as long as none has been
 * released. Either way another version of every function replaces the deployed one.
 */
export async function packBefore(now: Packages, folder: string): Promise<Packages> {
  const given = process.env.PACKAGES_BEFORE;
  if (given !== undefined) return packagesIn(given, await versionIn(join(given, "ductape-jobs.tgz")));
  const version = `${now.version}-0`;
  const before = packagesIn(folder, version);
  await mkdir(folder, { recursive: true });
  for (const name of ["create", "jobs", "sdk"] as const) {
    const place = join(folder, name);
    await mkdir(place);
    await shell(`tar -xzf ${now[name]}`, place);
    await lowered(join(place, "package"), now.version, version);
    await shell(`tar -czf ${before[name]} package`, place);
  }
  return before;
}

async function versionIn(tarball: string): Promise<string> {
  return (JSON.parse(await manifestIn(tarball)) as Manifest).version;
}

async function manifestIn(tarball: string): Promise<string> {
  return (await shell(`tar -xzOf ${tarball} package/package.json`, root)).out;
}

/** In the manifest, and where the code says its own version. */
async function lowered(folder: string, from: string, to: string): Promise<void> {
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((name) => name === "package.json" || name.endsWith("core/kernel/version.js"))) {
    const text = await readFile(join(folder, file), "utf8");
    await writeFile(
      join(folder, file),
      text.replaceAll(new RegExp(`("(?:version|ductape-sdk)": |version = )"${from}"`, "g"), `$1"${to}"`),
    );
  }
}
