import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { path, type Ran, shell } from "./run.ts";
import { type Packages, packNow } from "./versions.ts";

/*
 * What `init` adds fits into projects of every kind: it is checked, tested and loaded by the CDK, and the project's own compiler and tests
 * do as before. One install serves all that npm runs, because Node, TypeScript and npm look for packages in the folders above too.
 */

const minutes = 60_000;
/** The Node that the package needs. A project on an older one gets it as a package (package.test.ts). */
const env = { PATH: `${dirname(process.execPath)}:${path}` };
const pnpm = "npx --yes pnpm@10.34.9";
const yarn = "npx --yes --package @yarnpkg/cli-dist@4.18.1 yarn";

let folder: string;
let packages: Packages;

const run = (line: string, project: string): Promise<Ran> => shell(line, project, env);

async function writeAll(project: string, files: Record<string, string | object>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(project, name)), { recursive: true });
    await writeFile(join(project, name), typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
  }
}

/** The checks of what `init` has written, by a script runner such as `npm run`. */
async function expectItWorks(runner: string, project: string): Promise<void> {
  expect((await run(`${runner} jobs:check`, project)).out).toMatch(/1 product, 3 events, no fault/);
  expect((await run(`${runner} jobs:test`, project)).out).toMatch(/pass 2\n/);
}

/** What the project has outside of the folder that `init` makes. */
const ownFiles = async (project: string) => {
  const all = await readdir(project, { recursive: true, withFileTypes: true });
  const files = all
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(project.length + 1));
  return files.filter((file) => !/^(jobs|node_modules)\//.test(file)).sort();
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ductape-kinds-"));
  packages = await packNow(join(folder, "packed"));
  const shared = { "aws-cdk": "^2.1148.0", "aws-cdk-lib": "^2.276.0", constructs: "^10.8.0", "@types/node": "^24.0.0" };
  await writeAll(folder, {
    "package.json": {
      private: true,
      dependencies: { "ductape-jobs": `file:${packages.jobs}`, "ductape-sdk": `file:${packages.sdk}` },
      // What many projects have, which is not the one that a new project gets.
      devDependencies: { ...shared, typescript: "~5.9.3" },
    },
  });
  await run("npm install --no-audit --no-fund", folder);
}, 8 * minutes);

afterAll(() => rm(folder, { recursive: true, force: true }), minutes);

test(
  "the package works in a CommonJS project of npm init",
  async () => {
    const project = join(folder, "commonjs");
    const own = 'const assert = require("node:assert");\nassert.equal(typeof require, "function");\n';
    await writeAll(project, { "index.test.js": own });
    await run("npm init --yes && npm pkg set type=commonjs scripts.test='node --test'", project);
    await run("git init --quiet && npx ductape-jobs init", project);
    await expectItWorks("npm run", project);
    await run("npm test && node index.test.js", project);
    await run("npx cdk synth --quiet", join(project, "jobs"));
    expect(await readdir(join(project, "jobs/cdk.out"))).toContain("commonjs.template.json");
  },
  5 * minutes,
);

test(
  "the package works in a project of ES modules with scripts of the same names",
  async () => {
    const project = join(folder, "esm");
    const scripts = { start: "echo ours", test: "echo ours", check: "echo ours", deploy: "echo ours" };
    await writeAll(project, {
      "package.json": { name: "esm", type: "module", scripts },
      ".gitignore": "node_modules\n",
    });
    await run("npx ductape-jobs init", project);
    await expectItWorks("npm run", project);
    const { scripts: after } = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
    expect(after).toMatchObject(scripts);
  },
  4 * minutes,
);

test.each([
  ["node16", { module: "node16", moduleResolution: "node16" }],
  ["nodenext", { module: "nodenext", moduleResolution: "nodenext" }],
  ["bundler", { module: "esnext", moduleResolution: "bundler" }],
])(
  "the package works in a strict TypeScript project with the resolution %s",
  async (name, modules) => {
    const project = join(folder, name);
    const compilerOptions = {
      ...modules,
      target: "es2022",
      strict: true,
      exactOptionalPropertyTypes: true,
      outDir: "dist",
    };
    await writeAll(project, {
      "package.json": { name, ...(name === "bundler" && { type: "module" }) },
      "tsconfig.json": `// ours\n${JSON.stringify({ compilerOptions }, undefined, 2)}\n`,
      "src/index.ts": "export const one: number = 1;\n",
    });
    await run("npx tsc", project);
    const built = await readdir(join(project, "dist"), { recursive: true });
    await run("npx ductape-jobs init", project);
    await expectItWorks("npm run", project);
    await run("rm -rf dist && npx tsc", project);
    expect(await readdir(join(project, "dist"), { recursive: true })).toEqual(built);
    expect(await ownFiles(project)).toEqual(
      [".gitignore", "dist/index.js", "package.json", "src/index.ts", "tsconfig.json"].sort(),
    );
  },
  4 * minutes,
);

/** A workspace whose one app is CommonJS, with the packages as none of them is on the registry yet. */
const workspaceApp = () => ({
  "apps/shop/package.json": {
    ...{ name: "shop", version: "1.0.0", private: true, type: "commonjs" },
    dependencies: { "ductape-jobs": `file:${packages.jobs}`, "ductape-sdk": `file:${packages.sdk}` },
  },
});

test(
  "the package works in an app of a pnpm workspace",
  async () => {
    const root = join(folder, "pnpm");
    const built = ["classic-level", "esbuild"].map((name) => `  - ${name}\n`).join("");
    await writeAll(root, {
      "package.json": { name: "pnpm-root", private: true },
      "pnpm-workspace.yaml": `packages:\n  - apps/*\nonlyBuiltDependencies:\n${built}overrides:\n  ductape-sdk: file:${packages.sdk}\n`,
      ...workspaceApp(),
    });
    const app = join(root, "apps/shop");
    // The peers come with what `init` adds.
    await run(`${pnpm} install --no-frozen-lockfile`, root);
    await run(`${pnpm} exec ductape-jobs init`, app);
    await run(`${pnpm} install --no-frozen-lockfile`, root);
    await expectItWorks(`${pnpm} run`, app);
  },
  8 * minutes,
);

test(
  "the package works in an app of a yarn workspace",
  async () => {
    const root = join(folder, "yarn");
    // aws-cdk-lib brings this package along. npm and pnpm take that copy, but yarn asks the registry, which need not have the version.
    const bundled = join(folder, "node_modules/aws-cdk-lib/node_modules/@aws/cloudformation-validate");
    await writeAll(root, {
      "package.json": {
        ...{ name: "yarn-root", private: true, workspaces: ["apps/*"] },
        resolutions: { "ductape-sdk": `file:${packages.sdk}`, "@aws/cloudformation-validate": `file:${bundled}` },
      },
      // In CI yarn would refuse to write its lock file.
      ".yarnrc.yml": "nodeLinker: node-modules\nenableTelemetry: false\nenableImmutableInstalls: false\n",
      "yarn.lock": "",
      ...workspaceApp(),
    });
    const app = join(root, "apps/shop");
    await run(`${yarn} install`, root);
    await run(`${yarn} exec ductape-jobs init`, app);
    await run(`${yarn} install`, root);
    await expectItWorks(`${yarn} run`, app);
  },
  8 * minutes,
);
