import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "../../../../lambdas/core/version.ts";
import { type Manifest, withJobs } from "./manifest.ts";

export interface InitOptions {
  /** Where the project is to be, or is already. */
  folder: string;
  /** Prints a line for the user. */
  say: (line: string) => void;
}

/** Names that npm does not keep, or reads itself, when they are part of a package. */
const renamed: Record<string, string> = { gitignore: ".gitignore", "env.local.example": ".env.local.example" };

/** In the package and in the repository: the nearest folder `template` above this file. */
function templateFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const template = join(folder, "template");
    if (existsSync(join(template, "package.json"))) return template;
    if (folder === dirname(folder)) throw new Error("The package has no template: it is damaged. Install it again.");
  }
}

/**
 * Makes a project of a folder, or adds to the one that is there: files that exist are left as they are, package.json gets what it
 * lacks. Resolves with the paths of what it wrote.
 */
export async function init({ folder, say }: InitOptions): Promise<string[]> {
  const root = resolve(folder);
  const template = templateFolder();
  const name = projectName(basename(root));
  const written: string[] = [];
  const write = async (path: string, content: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    written.push(relative(root, path));
  };
  const fill = async (file: string) =>
    (await readFile(join(template, file), "utf8")).replaceAll("{{name}}", name).replaceAll("{{version}}", version);

  await write(join(root, "package.json"), await manifestOf(root, JSON.parse(await fill("package.json"))));
  for (const file of await filesOf(template)) {
    const target = join(root, dirname(file), renamed[basename(file)] ?? basename(file));
    if (file === "package.json") continue;
    if (existsSync(target)) say(`${relative(root, target)} is there already, and stays as it is.`);
    else await write(target, await fill(file));
  }
  for (const path of written) say(`wrote ${path}`);
  return written;
}

async function manifestOf(root: string, ours: Manifest): Promise<string> {
  const file = join(root, "package.json");
  const theirs = existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as Manifest) : undefined;
  const nodeMajor = Number.parseInt(process.versions.node, 10);
  return `${JSON.stringify(withJobs(ours, theirs, nodeMajor), undefined, 2)}\n`;
}

const filesOf = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
};

/** A name that npm and CloudFormation accept. */
const projectName = (folder: string): string =>
  folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "") || "my-jobs";
