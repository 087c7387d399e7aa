import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const bin = join(root, "node_modules/.bin");
let folder: string;

const { PATH = "" } = process.env;
/** Without this project's Node, which npm puts first. */
const pathOfMachine = PATH.split(delimiter)
  .filter((part) => !part.includes("node_modules"))
  .join(delimiter);

const run = async (command: string, args: string[], cwd = folder, path = `${bin}${delimiter}${PATH}`) => {
  const env = { ...process.env, NODE_OPTIONS: "", PATH: path };
  const { stdout } = await promisify(execFile)(command, args, { cwd, env, timeout: 60_000 }).catch((error) => error);
  return String(stdout).trim();
};

/** An empty project that has the package as npm would unpack it, and nothing else. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ductape-sdk-"));
  await run("npm", ["pack", "--pack-destination", folder], join(root, "sdk"));
  const [packed = ""] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  await mkdir(join(folder, "node_modules/ductape-sdk"), { recursive: true });
  await run("tar", ["-xzf", packed, "-C", "node_modules/ductape-sdk", "--strip-components=1"]);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test("the SDK's package has code, types, page and licence, and no dependencies", async () => {
  const inside = await readdir(join(folder, "node_modules/ductape-sdk"));
  expect(inside.sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  const { dependencies, peerDependencies } = JSON.parse(
    await readFile(join(folder, "node_modules/ductape-sdk/package.json"), "utf8"),
  );
  expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
});

test.each([
  ["an ES module", "a.mjs", 'import Ductape, { createDuctape, ductape } from "ductape-sdk";'],
  ["CommonJS", "a.cjs", 'const { default: Ductape, createDuctape, ductape } = require("ductape-sdk");'],
])("the SDK's package works from %s, on this project's Node and the machine's", async (_what, file, first) => {
  const code = `${first}
    const { jobs } = createDuctape({ url: "http://127.0.0.1:1", apiKey: "k", maxRetries: 0 });
    console.log(typeof ductape.processor.job.schedule, new Ductape({ url: "http://127.0.0.1:1", apiKey: "k" }) instanceof Ductape);
    jobs.get("job_x").catch((error) => console.log(error.name));`;
  await writeFile(join(folder, file), code);
  expect(await run("node", [file])).toBe("function true\nConnectionError");
  if (await isMachineSupported()) {
    expect(await run("node", [file], folder, pathOfMachine)).toBe("function true\nConnectionError");
  }
});

/** Whether the machine's own Node satisfies the package's `engines`. */
async function isMachineSupported(): Promise<boolean> {
  const { engines } = JSON.parse(await readFile(join(folder, "node_modules/ductape-sdk/package.json"), "utf8"));
  expect(engines.node).toBe("^20.19.0 || >=22.12.0");
  const version = await run("node", ["--version"], folder, pathOfMachine);
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  return major === 20 ? minor >= 19 : major > 22 || (major === 22 && minor >= 12);
}

test.each([
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
])("the SDK's types work for module %s, resolved as %s, and know a catalog", async (module, moduleResolution) => {
  await writeFile(
    join(folder, "a.mts"),
    `import Ductape, { createDuctape, type HttpFunctionResult, JobFailedError, type Job } from "ductape-sdk";
    const products = [
      { tag: "p", envs: ["prd"], jobs: { go: { type: "function", function: "f" }, all: { type: "feature", feature: "f" } },
        functions: { f: { envs: { prd: { provider: "http" } } } },
        features: { f: { input: { count: { type: "integer" } } } } },
    ] as const;
    const { processor, jobs } = createDuctape<typeof products>();
    const rest = { product_tag: "p", env: "prd", start_at: 0 } as const;
    await processor.job.dispatch({ ...rest, event: "all", input: { count: 1 } });
    const answer: HttpFunctionResult = await processor.job.schedule({ ...rest, event: "go", input: { payload: 1 } });
    // @ts-expect-error a result has no such field
    answer.rows;
    const client: Ductape = new Ductape({ product: "p", env: "prd" });
    await client.api.dispatch({ event: "go", retryConfig: { initialDelay: 1 }, schedule: { every: 1000 } });
    const { jobs: first } = await client.jobs.list({ recurring: true });
    console.log(first[0]?.id);
    // @ts-expect-error a string for a number
    await processor.job.dispatch({ ...rest, event: "all", input: { count: "1" } });
    // @ts-expect-error no such event
    await processor.job.dispatch({ ...rest, event: "stop", input: {} });
    for await (const { job_id } of jobs.list({ product_tag: "p" })) {
      const job: Job = await jobs.get(job_id);
      if (job.status === "failed") throw new JobFailedError(job);
    }`,
  );
  const flags = ["--strict", "--noEmit", "--target", "es2022", "--skipLibCheck", "false"];
  expect(await run("tsc", [...flags, "--module", module, "--moduleResolution", moduleResolution, "a.mts"])).toBe("");
});

test("the example of Ductape's page compiles unchanged, beside one import of types", async () => {
  const seed = await readFile(join(root, "examples/seed.ts"), "utf8");
  const flags = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext"];
  await writeFile(join(folder, "seed.mts"), seed);
  expect(await run("tsc", [...flags, "seed.mts"])).toContain("TS2304");
  await writeFile(join(folder, "other.mts"), 'import "ductape-sdk/globals";\n');
  expect(await run("tsc", [...flags, "seed.mts", "other.mts"])).toBe("");
  expect(await run("node", ["other.mts"])).toBe("");
});

test("tools without support for exports find the SDK's code and types", async () => {
  const inside = join(folder, "node_modules/ductape-sdk");
  const { main, types } = JSON.parse(await readFile(join(inside, "package.json"), "utf8"));
  expect([main, types]).toEqual(["./dist/index.js", "./dist/index.d.ts"]);
  expect(await readdir(join(inside, "dist"))).toEqual(expect.arrayContaining(["index.js", "index.d.ts"]));
});
