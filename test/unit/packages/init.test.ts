import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../../lambdas/core/version.ts";
import { init } from "../../../packages/ductape-jobs/src/init/init.ts";
import { withJobs } from "../../../packages/ductape-jobs/src/init/manifest.ts";

const ours = {
  scripts: { start: "ductape-jobs dev --watch", deploy: "cdk deploy --all" },
  dependencies: { "ductape-jobs": "^1.0.0", "aws-cdk-lib": "^2.0.0" },
  devDependencies: { typescript: "^7.0.0" },
  allowScripts: { esbuild: true },
};

describe("the package.json", () => {
  test("of a new project is the template's", () => {
    expect(withJobs(ours, undefined, 24)).toEqual(ours);
  });

  test("gets a newer Node where the machine's is older, and lets npm install its program", () => {
    expect(withJobs(ours, undefined, 20)).toMatchObject({
      devDependencies: { node: "^24.0.0", typescript: "^7.0.0" },
      allowScripts: { node: true, esbuild: true },
    });
  });

  test("of a project that exists keeps what it says, and gets what it lacks", () => {
    const theirs = {
      name: "shop",
      scripts: { start: "next dev" },
      dependencies: { "aws-cdk-lib": "2.276.0", next: "16" },
      allowScripts: { esbuild: false },
    };
    expect(withJobs(ours, theirs, 24)).toEqual({
      name: "shop",
      scripts: { start: "next dev", "jobs:start": "ductape-jobs dev --watch", deploy: "cdk deploy --all" },
      dependencies: { "aws-cdk-lib": "2.276.0", "ductape-jobs": "^1.0.0", next: "16" },
      devDependencies: { typescript: "^7.0.0" },
      allowScripts: { esbuild: false },
    });
  });

  test("does not change when it is made a second time", () => {
    const once = withJobs(ours, { name: "shop", scripts: { start: "next dev" } }, 20);
    expect(withJobs(ours, once, 20)).toEqual(once);
  });
});

describe("init", () => {
  let folder: string;
  const said: string[] = [];
  const run = () => init({ folder, say: (line) => said.push(line) });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "Ours & theirs-"));
    said.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("writes a project whose name npm and CloudFormation accept", async () => {
    const written = await run();
    expect(written.sort()).toEqual(
      [
        ".env.local.example",
        ".gitignore",
        "cdk.json",
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

  test("leaves files that exist as they are, and says so", async () => {
    await writeFile(join(folder, "cdk.json"), "{}");
    await run();
    expect(await readFile(join(folder, "cdk.json"), "utf8")).toBe("{}");
    expect(said).toContain("cdk.json is there already, and stays as it is.");
  });

  test("changes nothing the second time", async () => {
    await run();
    const files = await readdir(folder, { recursive: true });
    const manifest = await readFile(join(folder, "package.json"), "utf8");
    await run();
    expect(await readdir(folder, { recursive: true })).toEqual(files);
    expect(await readFile(join(folder, "package.json"), "utf8")).toBe(manifest);
  });
});
