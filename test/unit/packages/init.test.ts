import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "jsonc-parser";
import { version } from "../../../lambdas/core/kernel/version.ts";
import { openDataFolder } from "../../../local/data/data-folder.ts";
import { withExcluded } from "../../../packages/ductape-jobs/src/init/excluded.ts";
import { withIgnored } from "../../../packages/ductape-jobs/src/init/ignored.ts";
import { init } from "../../../packages/ductape-jobs/src/init/init.ts";
import { scriptsIn, withJobs } from "../../../packages/ductape-jobs/src/init/manifest.ts";

const ours = {
  scripts: { start: "ductape-jobs dev --watch", deploy: "cdk deploy --all" },
  dependencies: { "ductape-jobs": "^1.0.0", "aws-cdk-lib": "^2.0.0" },
  devDependencies: { typescript: "^7.0.0" },
  allowScripts: { esbuild: true },
};

describe("the package.json of a project", () => {
  test("is the template's if the project is new", () => {
    expect(withJobs(ours, undefined, 24)).toEqual(ours);
  });

  test("gets a newer Node where the machine's is older", () => {
    expect(withJobs(ours, undefined, 20)).toMatchObject({
      devDependencies: { node: "^24.0.0", typescript: "^7.0.0" },
      allowScripts: { node: true, esbuild: true },
    });
  });

  test("keeps what it says, and gets what it lacks", () => {
    const theirs = {
      name: "shop",
      scripts: { start: "next dev" },
      dependencies: { "aws-cdk-lib": "2.276.0", next: "16" },
      allowScripts: { esbuild: false },
    };
    expect(withJobs(ours, theirs, 24)).toEqual({
      name: "shop",
      scripts: { start: "next dev", deploy: "cdk deploy --all" },
      dependencies: { "aws-cdk-lib": "2.276.0", "ductape-jobs": "^1.0.0", next: "16" },
      devDependencies: { typescript: "^7.0.0" },
      allowScripts: { esbuild: false },
    });
  });

  test("has scripts for the package's folder beside its own", () => {
    const scripts = scriptsIn("jobs", ours.scripts);
    expect(withJobs({ ...ours, scripts }, { scripts: { start: "next dev" } }, 24).scripts).toEqual({
      start: "next dev",
      "jobs:start": "cd jobs && ductape-jobs dev --watch",
      "jobs:deploy": "cd jobs && cdk deploy --all",
    });
  });

  test("lets npm install the program of a Node that it has", () => {
    expect(withJobs(ours, { devDependencies: { node: "24" } }, 24).allowScripts).toEqual({ esbuild: true, node: true });
  });

  test("does not change the second time", () => {
    const once = withJobs(ours, { name: "shop", scripts: { start: "next dev" } }, 20);
    expect(withJobs(ours, once, 20)).toEqual(once);
  });
});

describe("the command init", () => {
  let folder: string;
  const said: string[] = [];
  const run = () => init({ folder, say: (line) => said.push(line) });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "Ours & theirs-"));
    said.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("writes a project whose name npm and CloudFormation accept", async () => {
    const { written, start } = await run();
    expect(start).toBe("start");
    expect(written.sort()).toEqual(
      [
        ".env.local.example",
        ".gitignore",
        "cdk.json",
        "functions/order.ts",
        "functions/quote.ts",
        "infra.ts",
        "package.json",
        "products/index.ts",
        "products/shop.ts",
        "test/jobs.test.ts",
        "tsconfig.json",
      ].sort(),
    );
    const { name, dependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    expect(name).toMatch(/^ours-theirs-[a-z0-9-]*[a-z0-9]$/);
    expect(dependencies["ductape-jobs"]).toBe(`^${version}`);
    expect(await readFile(join(folder, "infra.ts"), "utf8")).toContain(`new Stack(new App(), "${name}")`);
  });

  test("leaves existing files unchanged, and says so", async () => {
    await writeFile(join(folder, "cdk.json"), "{}");
    await run();
    expect(await readFile(join(folder, "cdk.json"), "utf8")).toBe("{}");
    expect(said).toContain("cdk.json is there already, and stays as it is.");
  });

  const unchangedBy = async (again: () => Promise<unknown>) => {
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
    const contents = () => Promise.all(paths.map((path) => readFile(path, "utf8")));
    const before = await contents();
    await again();
    expect(await contents()).toEqual(before);
    const after = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(after.map((entry) => join(entry.parentPath, entry.name)).sort()).toEqual(paths);
  };

  test("changes nothing the second time", async () => {
    await run();
    await unchangedBy(run);
  });

  describe("for an existing project", () => {
    const manifest = { name: "shop", type: "commonjs", scripts: { test: "jest" } };
    const options = '{\n  // ours\n  "compilerOptions": {\n    "strict": true\n  }\n}\n';
    beforeEach(async () => {
      await writeFile(join(folder, "package.json"), JSON.stringify(manifest, undefined, 4));
      await writeFile(join(folder, "tsconfig.json"), options);
      await writeFile(join(folder, ".gitignore"), "node_modules\n");
    });

    test("writes into a separate folder with its kind of modules", async () => {
      const { written, start } = await run();
      expect(start).toBe("jobs:start");
      const own = [
        ...["package.json", "tsconfig.json", "cdk.json", "infra.ts", ".env.local.example"],
        ...["functions/order.ts", "functions/quote.ts", "products/index.ts", "products/shop.ts", "test/jobs.ts"],
      ];
      const outside = ["package.json", "tsconfig.json", ".gitignore"];
      expect(written.sort()).toEqual([...own.map((file) => `jobs/${file}`), ...outside].sort());
      expect(JSON.parse(await readFile(join(folder, "jobs/package.json"), "utf8"))).toEqual({
        private: true,
        type: "module",
      });
      expect(said).toContain("changed package.json");
    });

    test("leaves the project's names, modules and compiler options", async () => {
      await run();
      const text = await readFile(join(folder, "package.json"), "utf8");
      expect(text).toMatch(/^\{\n {4}"name": "shop",\n {4}"type": "commonjs",\n/);
      expect(JSON.parse(text).scripts).toEqual({
        test: "jest",
        "jobs:start": "cd jobs && ductape-jobs dev --watch",
        "jobs:check": "cd jobs && ductape-jobs check && tsc",
        "jobs:test": 'cd jobs && node --test "test/**/*.ts"',
        "jobs:deploy": "cd jobs && cdk deploy --all",
      });
      expect(await readFile(join(folder, "tsconfig.json"), "utf8")).toBe(
        '{\n  // ours\n  "compilerOptions": {\n    "strict": true\n  },\n  "exclude": [\n    "node_modules",\n    "jobs"\n  ]\n}\n',
      );
    });

    test("changes nothing the second time", async () => {
      await run();
      await unchangedBy(run);
    });

    test("reads a package.json with a byte order mark, and keeps its ends of lines", async () => {
      const theirs = `\uFEFF${JSON.stringify(manifest, undefined, 2)}\n`.replaceAll("\n", "\r\n");
      await writeFile(join(folder, "package.json"), theirs);
      await run();
      const text = await readFile(join(folder, "package.json"), "utf8");
      expect(JSON.parse(text)).toMatchObject({ name: "shop", scripts: { test: "jest" } });
      expect(text.replaceAll("\r\n", "")).not.toContain("\n");
      await unchangedBy(run);
    });

    test("says which package.json is not valid before it writes anything", async () => {
      await writeFile(join(folder, "package.json"), '{ "name": "shop", }');
      await unchangedBy(async () => {
        await expect(run()).rejects.toMatchObject({
          name: "InitError",
          message: expect.stringMatching(/^The package\.json of the project is not valid: /),
        });
      });
    });

    test("refuses a used folder before it writes anything", async () => {
      await mkdir(join(folder, "jobs"));
      await unchangedBy(async () => {
        await expect(run()).rejects.toThrow(
          "There is a folder jobs already, which is not of ductape-jobs: name another with --into.",
        );
        await expect(init({ folder, into: "../jobs", say: () => {} })).rejects.toThrow("--into ../jobs: use a name");
      });
      expect((await init({ folder, into: "scheduler", say: () => {} })).written).toContain("scheduler/infra.ts");
    });

    test("keeps keys, secrets and local jobs out of git", async () => {
      const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
      git("init", "--quiet");
      await run();
      await writeFile(join(folder, "jobs/.env.local"), "shop/backend#token=hunter2\n");
      // Where `dev` is started in the one folder or in the other.
      for (const data of [".ductape", "jobs/.ductape"]) (await openDataFolder(join(folder, data))).release();
      git("add", "--all");
      const staged = git("diff", "--cached", "--name-only").trim().split("\n");
      expect(staged).toContain("jobs/infra.ts");
      expect(staged.filter((file) => /\.ductape|\.env\.local$/.test(file))).toEqual([]);
    });
  });
});

describe("a project's .gitignore", () => {
  const wanted = "node_modules/\n.ductape/\n.env.local\n";

  test.each([
    ["", wanted],
    ["node_modules\n", "node_modules\n.ductape/\n.env.local\n"],
    ["node_modules/\n# .env.local", "node_modules/\n# .env.local\n.ductape/\n.env.local\n"],
    ["/node_modules\r\n**/.ductape\r\n", "/node_modules\r\n**/.ductape\r\n.env.local\r\n"],
    ["dist\n!.env.local\n.ductape/\nnode_modules/\n", "dist\n!.env.local\n.ductape/\nnode_modules/\n"],
  ])("%j gets what it lacks", (theirs, expected) => {
    expect(withIgnored(theirs, wanted)).toBe(expected);
  });
});

describe("a project's tsconfig.json", () => {
  test.each([
    ['{ "include": ["src"] }'],
    ['{ "files": ["index.ts"] }'],
    ['{ "include": ["**/*"], "exclude": ["./jobs/**"] }'],
  ])("(%s) without the folder stays unchanged", (text) => {
    expect(withExcluded(text, "jobs")).toBe(text);
  });

  test.each([
    ["{}", { exclude: ["node_modules", "jobs"] }],
    ['{ "compilerOptions": { "outDir": "dist" }, }', { exclude: ["node_modules", "dist", "jobs"] }],
    ['{ "include": ["./**/*.ts"], "exclude": ["a"] }', { exclude: ["a", "jobs"] }],
    ['{ "include": ["."] }', { exclude: ["node_modules", "jobs"] }],
  ])("(%s) with the folder excludes it", (text, expected) => {
    expect(parse(withExcluded(text, "jobs"), [], { allowTrailingComma: true })).toMatchObject(expected);
  });
});
