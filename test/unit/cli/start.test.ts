import { readFile } from "node:fs/promises";

it("the package's command imports nothing before it has looked at Node", async () => {
  const bin = await readFile("packages/ductape-jobs/bin/ductape-jobs.js", "utf8");
  expect(bin).toMatch(/^#!\/usr\/bin\/env node\n/);
  // What it says otherwise is one line.
  expect(/console\.error\(\s*`(.*)`,\s*\)/.exec(bin)?.[1]).toMatch(/needs Node .*: \\`npm install .*$/);
  const imports = [...bin.matchAll(/^import .* from "(.*)";$/gm)].map(([, name]) => name);
  expect(imports).toEqual(["node:module"]);
  expect(bin.indexOf("process.versions.node")).toBeLessThan(bin.indexOf("await import("));
});
