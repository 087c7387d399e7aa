import { readFile } from "node:fs/promises";
import { build, type Metafile } from "esbuild";

const entry = "packages/ductape-jobs/src/cli/bin.ts";

/** The chunks that are loaded with a chunk, itself included: not those that an `import()` loads later. */
function loadedWith(outputs: Metafile["outputs"], chunk: string, seen = new Set<string>()): Set<string> {
  if (seen.has(chunk)) return seen;
  seen.add(chunk);
  for (const { path, kind } of outputs[chunk]?.imports ?? [])
    if (kind === "import-statement" && outputs[path]) loadedWith(outputs, path, seen);
  return seen;
}

const { metafile } = await build({
  entryPoints: [entry],
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  packages: "external",
  outdir: "out",
  write: false,
  metafile: true,
});

describe("what is loaded before a command runs", () => {
  const [first = ""] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry) ?? [];
  const chunks = [...loadedWith(metafile.outputs, first)].map((name) => metafile.outputs[name]);

  it("is the command line alone, so that its help is there at once", () => {
    const files = chunks.flatMap((chunk) => Object.keys(chunk?.inputs ?? {}));
    const others = files.filter((file) => !file.startsWith("packages/ductape-jobs/src/cli/"));
    expect(others.sort()).toEqual([
      "lambdas/core/kernel/job-status.ts",
      "lambdas/core/kernel/job-type.ts",
      "lambdas/core/kernel/version.ts",
      "packages/ductape-jobs/src/project-folder.ts",
    ]);
  });

  it("takes no package but the one that reads the arguments", () => {
    const packages = chunks
      .flatMap((chunk) => chunk?.imports ?? [])
      .filter(({ kind, external }) => kind === "import-statement" && external);
    expect([...new Set(packages.map(({ path }) => path))].filter((path) => !path.startsWith("node:"))).toEqual([
      "commander",
    ]);
  });
});

it("the package's command imports nothing of it before it has looked at Node", async () => {
  const bin = await readFile("packages/ductape-jobs/bin/ductape-jobs.js", "utf8");
  expect(bin).toMatch(/^#!\/usr\/bin\/env node\n/);
  // What it says otherwise is one line.
  expect(/console\.error\(\s*`(.*)`,\s*\)/.exec(bin)?.[1]).toMatch(/needs Node .*: \\`npm install .*$/);
  const imports = [...bin.matchAll(/^import .* from "(.*)";$/gm)].map(([, name]) => name);
  expect(imports).toEqual(["node:module"]);
  expect(bin.indexOf("process.versions.node")).toBeLessThan(bin.indexOf("await import("));
});
