import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startLocal } from "../../../local/runtime/start.ts";
import { documentedProxy } from "../../support/documented-proxy.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const readme = await readFile(join(root, "sdk/README.md"), "utf8");
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);

const [first = ""] = examples;
/** What a reader takes from the first example: its import and its data, but not its call. */
const above = first.slice(0, first.indexOf("\nconst result"));
const programs = examples.map((code) => (code.startsWith("import ") ? code : `${above}\n${code}`));

/** The package's sources, so that a test needs no build, and the catalog as its user would have it. */
const resolved = (code: string) =>
  code
    .replaceAll('"ductape-sdk"', JSON.stringify(join(root, "sdk/src/index.ts")))
    .replaceAll('"./products/index.ts"', JSON.stringify(join(root, "products/index.ts")));

let folder: string;
let local: Awaited<ReturnType<typeof startLocal>>;
let api: Awaited<ReturnType<typeof documentedProxy>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ductape-readme-"));
  local = await startLocal({ port: 0, dataDir: join(folder, "data") });
  api = await documentedProxy(local.url);
  await mkdir(join(folder, "examples"));
  await writeFile(join(folder, "examples/package.json"), '{"type":"module"}');
  await Promise.all(programs.map((code, i) => writeFile(fileOf(i), `${resolved(code)}\nexport {};\n`)));
}, 120_000);

afterAll(async () => {
  await api?.stop();
  await local?.stop();
  await rm(folder, { recursive: true, force: true });
});

const fileOf = (index: number) => join(folder, "examples", `${index}.ts`);
const run = (args: string[]) =>
  promisify(execFile)(process.execPath, args, {
    cwd: root,
    timeout: 25_000,
    env: { ...process.env, NODE_OPTIONS: "", DUCTAPE_URL: api.url, DUCTAPE_API_KEY: local.apiKey },
  });

test.each(programs.map((code, i) => [i, code.split("\n").find((line) => line.includes("ductape.")) ?? ""] as const))(
  "the README's example %d runs: %s",
  async (index) => {
    expect(await run([fileOf(index)])).toMatchObject({ stderr: "" });
  },
);

test("the OpenAPI document matches every answer to the README's examples", () => {
  expect(api.faults).toEqual([]);
  expect(api.answered.length).toBeGreaterThan(programs.length);
});

test("the README's examples compile", async () => {
  const compilerOptions = { typeRoots: [join(root, "node_modules/@types")], noUnusedLocals: false, paths: {} };
  const config = join(folder, "examples/tsconfig.json");
  await writeFile(
    config,
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: ["*.ts"], exclude: [] }),
  );
  const { stdout } = await run([join(root, "node_modules/typescript/bin/tsc"), "-p", config]).catch((error) => error);
  expect(stdout).toBe("");
});

test("the README's examples show every call", async () => {
  const { ductape } = await import("../../../sdk/src/index.ts");
  for (const call of Object.keys(ductape.jobs)) expect(examples.join("\n")).toContain(`ductape.jobs.${call}(`);
  for (const call of Object.keys(ductape.processor.job)) {
    expect(examples.join("\n")).toContain(`ductape.processor.job.${call}(`);
  }
});
