import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "../../../../lambdas/core/kernel/version.ts";
import { jobsFolder } from "../project-folder.ts";
import { withExcluded } from "./excluded.ts";
import { withIgnored } from "./ignored.ts";
import { type Manifest, scriptsIn, withJobs } from "./manifest.ts";

interface InitOptions {
  /** Where the project is to be, or is already. */
  folder: string;
  /**
   * The folder of its own in a project that exists already.
   * @default "jobs"
   */
  into?: string | undefined;
  /** Prints a line for the user. */
  say: (line: string) => void;
}

interface Initialized {
  /** The paths of what was written or changed. */
  written: string[];
  /** The script of the package.json that starts it. */
  start: string;
}

/** What `init` cannot do, with what to do instead. */
export class InitError extends Error {
  override readonly name = "InitError";
}

/** Where a file of the template belongs. */
interface Layout {
  /** The folder for all that is no affair of the whole project; empty where that is the project's own. */
  own: string;
  /** What a file is called here: npm does not keep some names, or reads them itself, when they are part of a package. */
  renamed: Readonly<Record<string, string>>;
  ours: Manifest;
}

const renamed = { gitignore: ".gitignore", "env.local.example": ".env.local.example" };

/** In the package and in the repository: the nearest folder `template` above this file. */
function templateFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const template = join(folder, "template");
    if (existsSync(join(template, "package.json"))) return template;
    if (folder === dirname(folder)) throw new Error("The package has no template: it is damaged. Install it again.");
  }
}

/**
 * Makes a project of a folder. One that has a package.json already gets what is ours into a folder of its own, with ES modules and
 * compiler options of its own, so that it fits whatever the project has: outside of that folder, package.json, .gitignore and
 * tsconfig.json get what they lack, and nothing else changes. Throws an InitError before anything is written.
 */
export async function init({ folder, into = jobsFolder, say }: InitOptions): Promise<Initialized> {
  const root = resolve(folder);
  const template = templateFolder();
  const name = projectName(basename(root));
  const written: string[] = [];
  const write = async (path: string, content: string) => {
    const done = existsSync(path) ? "changed" : "wrote";
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    const shown = relative(root, path);
    written.push(shown);
    say(`${done} ${shown}`);
  };
  /** Writes what a file that may be there already becomes, unless that is what it is. */
  const edit = async (path: string, change: (theirs: string | undefined) => string | Promise<string>) => {
    const theirs = existsSync(path) ? await readFile(path, "utf8") : undefined;
    const content = await change(theirs);
    if (content !== theirs) await write(path, content);
  };
  const fill = async (file: string) =>
    (await readFile(join(template, file), "utf8")).replaceAll("{{name}}", name).replaceAll("{{version}}", version);

  const { own, renamed, ours } = layoutOf(root, into, JSON.parse(await fill("package.json")));
  await edit(join(root, "package.json"), (theirs) => manifestOf(ours, theirs));
  await edit(join(root, ".gitignore"), async (theirs = "") => withIgnored(theirs, await fill("gitignore")));
  if (own !== "") await separate(join(root, own), edit);
  for (const file of await filesOf(template)) {
    if (file === "package.json" || file === "gitignore") continue;
    const target = join(root, own, renamed[file] ?? file);
    if (existsSync(target)) say(`${relative(root, target)} is there already, and stays as it is.`);
    else await write(target, await fill(file));
  }
  return { written, start: own === "" ? "start" : "jobs:start" };
}

/** What to do once a project is written, by the package manager that runs this. */
export function nextSteps({ place, start, env }: { place: string; start: string; env: NodeJS.ProcessEnv }): string {
  const manager = /^(npm|pnpm|yarn|bun)\//.exec(env.npm_config_user_agent ?? "")?.[1] ?? "npm";
  const run = start === "start" ? `${manager} start` : `${manager} run ${start}`;
  const steps = [...(place === "" ? [] : [`cd ${place}`]), `${manager} install`, run];
  return `\nNext:\n\n${steps.map((step) => `  ${step}\n`).join("")}`;
}

/** A new project is ours as a whole, as is one that was made by this. */
function layoutOf(root: string, into: string, ours: Manifest): Layout {
  const has = (...path: string[]) => existsSync(join(root, ...path));
  const isOurs = (folder: string) => has(folder, "infra.ts") && has(folder, "products/index.ts");
  if (!has("package.json") || isOurs("")) return { own: "", renamed, ours };
  if (!/^[\w-]+$/.test(into)) throw new InitError(`--into ${into}: use a name, of a folder in the project.`);
  if (has(into) && !isOurs(into))
    throw new InitError(`There is a folder ${into} already, which is not of ductape-jobs: name another with --into.`);
  return {
    own: into,
    // Not the names that the project's own test runner looks for.
    renamed: { ...renamed, "test/jobs.test.ts": "test/jobs.ts" },
    ours: { ...ours, scripts: scriptsIn(into, { ...ours.scripts, test: 'node --test "test/**/*.ts"' }) },
  };
}

type Edit = (path: string, change: (theirs: string | undefined) => string | Promise<string>) => Promise<void>;

/** Gives the folder its own kind of modules, and keeps it out of what the project compiles. */
async function separate(folder: string, edit: Edit): Promise<void> {
  await edit(join(folder, "package.json"), (theirs) => theirs ?? jsonOf({ private: true, type: "module" }));
  const theirOptions = join(dirname(folder), "tsconfig.json");
  if (!existsSync(theirOptions)) return;
  await edit(theirOptions, (theirs = "") => withExcluded(theirs, basename(folder)));
}

function manifestOf(ours: Manifest, theirs: string | undefined): string {
  const nodeMajor = Number.parseInt(process.versions.node, 10);
  if (theirs === undefined) return jsonOf(withJobs(ours, undefined, nodeMajor));
  const indent = /^\uFEFF?\{\r?\n([ \t]+)"/.exec(theirs)?.[1] ?? 2;
  const made = jsonOf(withJobs(ours, manifestIn(theirs), nodeMajor), indent);
  return theirs.includes("\r\n") ? made.replaceAll("\n", "\r\n") : made;
}

/** npm reads one with a byte order mark too. */
function manifestIn(text: string): Manifest {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "")) as Manifest;
  } catch (error) {
    throw new InitError(`The package.json of the project is not valid: ${(error as Error).message}`);
  }
}

const jsonOf = (value: object, indent: string | number = 2) => `${JSON.stringify(value, undefined, indent)}\n`;

const filesOf = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => relative(folder, file).replaceAll("\\", "/"));
};

/** A name that npm and CloudFormation accept. */
const projectName = (folder: string): string =>
  folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "") || "my-jobs";
