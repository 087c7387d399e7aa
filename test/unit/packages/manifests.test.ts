import { readFile } from "node:fs/promises";
import { version } from "../../../lambdas/core/kernel/version.ts";

interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const read = async (file: string): Promise<Manifest> => JSON.parse(await readFile(file, "utf8"));
const root = await read("package.json");
const published = await Promise.all(
  ["sdk", "packages/ductape-jobs", "packages/create-ductape-jobs"].map((folder) => read(`${folder}/package.json`)),
);
const jobs = published[1] as Manifest;
const inRepository = { ...root.dependencies, ...root.devDependencies };

test.each([root, ...published])("$name has the version that the code says", (manifest) => {
  expect(manifest.version).toBe(version);
});

test("the package depends on the versions that are tested here", () => {
  const { "ductape-sdk": sdk, ...others } = jobs.dependencies ?? {};
  expect(sdk).toBe(version);
  expect(Object.entries(others).filter(([name, wanted]) => inRepository[name] !== wanted)).toEqual([]);
});

test("the package's peers admit the versions that are tested here", () => {
  const numbers = (version = "") => version.replace("^", "").split(".").map(Number) as [number, number];
  const peers = Object.entries(jobs.peerDependencies ?? {});
  expect(peers.length).toBeGreaterThan(0);
  for (const [name, range] of peers) {
    // The lowest version of each has tests of its own.
    const [[major, lowest], [ours, minor]] = [numbers(range), numbers(inRepository[name])];
    expect([name, range.startsWith("^"), major, minor >= lowest]).toEqual([name, true, ours, true]);
  }
});

test("the repository has all packages that a deployment imports", () => {
  const declared = { ...jobs.dependencies, ...jobs.peerDependencies };
  // What belongs to tests, benchmarks, the dashboard's build and the tools is in the repository only.
  const imported = Object.keys(root.dependencies ?? {}).filter((one) => !one.startsWith("@types/"));
  expect(imported.length).toBeGreaterThan(0);
  for (const name of imported) expect(declared).toHaveProperty([name]);
});

test("a new project has the tested flags of the CDK", async () => {
  const [own, project] = await Promise.all(["cdk.json", "packages/ductape-jobs/template/cdk.json"].map(read));
  expect(project).toHaveProperty("context", (own as unknown as { context: object }).context);
});
