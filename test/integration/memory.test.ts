import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import type { JobType } from "../../lambdas/core/job/job.ts";
import { hasMoreValues } from "../../lambdas/core/kernel/bounds.ts";
import type { Asked, Said } from "../support/memory/batch.ts";

/**
 * The worst batch that requests can cause, in a process with as much memory as the consumer's Lambda: ten jobs with inputs of
 * 4.4 MB and as many small values as are accepted, and providers that answer with 9.9 MB of JSON.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
let provider: Server;
let url: string;

const answer = `[${"{},".repeat(3_300_000)}{}]`.slice(0, 9_900_000);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "memory-"));
  provider = createServer((request, response) => {
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json");
      response.setHeader("etag", '"1"');
      response.end(request.method === "PUT" ? "" : answer);
    });
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
});
afterAll(async () => {
  provider.closeAllConnections();
  await new Promise((resolve) => provider.close(resolve));
  await rm(folder, { recursive: true });
});

/** Nearly 4.4 MB, and nearly 250,000 values of the kind that takes most memory. */
const heavy = () => ({ list: Array.from({ length: 249_000 }, () => ({})), text: "x".repeat(3_590_000) });
const envs = (place: object) => ({ dev: place });
const productOf = (event: object, sections: object): Product =>
  ({ tag: "shop", envs: ["dev"], jobs: { worst: event }, ...sections }) as Product;

const worst: Record<JobType, () => { product: Product; input: object; outcome: string }> = {
  action: () => ({
    product: productOf(
      { type: "action", app: "api", action: "do" },
      { apps: { api: { envs: envs({ base_url: url }), actions: { do: { method: "POST", path: "/" } } } } },
    ),
    input: { body: heavy() },
    outcome: "completed",
  }),
  function: () => ({
    product: productOf(
      { type: "function", function: "f" },
      { functions: { f: { envs: envs({ provider: "http", url }) } } },
    ),
    input: { payload: heavy() },
    outcome: "completed",
  }),
  notification: () => ({
    product: productOf(
      { type: "notification", notification: "n" },
      { notifications: { n: { envs: envs({ callback: { url } }), messages: { hello: {} } } } },
    ),
    input: { slug: "hello", callback: { body: heavy() } },
    outcome: "completed",
  }),
  database_action: () => ({
    product: productOf(
      { type: "database_action", database: "d", action: "put" },
      {
        databases: {
          d: {
            engine: "dynamodb",
            envs: envs({ region: "us-east-1", endpoint: url }),
            actions: { put: { operation: "put", table: "t", item: { id: "{{id:string}}", all: "{{all:object}}" } } },
          },
        },
      },
    ),
    input: { data: { id: "1", all: heavy() } },
    outcome: "VALIDATION_ERROR",
  }),
  storage: () => ({
    product: productOf(
      { type: "storage", storage: "s" },
      { storages: { s: { envs: envs({ provider: "s3", bucket: "b", region: "us-east-1", endpoint: url }) } } },
    ),
    input: { fileName: "a.bin", buffer: Buffer.alloc(2_190_000, 7).toJSON() },
    outcome: "completed",
  }),
  publish: () => ({
    product: productOf(
      { type: "publish", broker: "b", topic: "t" },
      { brokers: { b: { envs: envs({ provider: "eventbridge", bus: "default", source: "s", topics: { t: {} } }) } } },
    ),
    input: { message: heavy() },
    outcome: "VALIDATION_ERROR",
  }),
  feature: () => ({
    product: productOf(
      { type: "feature", feature: "f" },
      {
        jobs: { worst: { type: "feature", feature: "f" }, send: { type: "action", app: "api", action: "do" } },
        apps: { api: { envs: envs({ base_url: url }), actions: { do: { method: "POST", path: "/" } } } },
        features: {
          f: {
            input: {},
            sequences: {
              main: [{ event: "send", input: { body: { all: "$Input{list}", text: "$Uppercase($Input{short})" } } }],
            },
          },
        },
      },
    ),
    input: { ...heavy(), short: "é".repeat(30_000) },
    outcome: "running",
  }),
};

/** The consumer's code and the batch, as one JavaScript file: stripping types would take memory too. */
async function bundled(type: JobType): Promise<string> {
  const outfile = join(folder, `${type}.mjs`);
  const contents = `
    import { execute } from "./lambdas/consumers/types/${type}/execute.ts";
    import { runBatch } from "./test/support/memory/batch.ts";
    import { readFileSync } from "node:fs";
    console.log(JSON.stringify(await runBatch(execute, JSON.parse(readFileSync(process.argv[2], "utf8")))));
    process.exit();`;
  const createRequire =
    'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);';
  await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: createRequire },
    external: ["pg-native", "@jest/globals"],
    logLevel: "error",
  });
  return outfile;
}

test.each(Object.keys(registry) as JobType[])(
  "a consumer of type %s runs its worst batch within its memory",
  async (type) => {
    const { memory_mb: megabytes } = registry[type].limits;
    const { product, input, outcome } = worst[type]();
    const json = JSON.stringify(input);
    expect(json.length).toBeGreaterThan(4_300_000);
    expect(json.length).toBeLessThanOrEqual(4_400_000);
    expect(hasMoreValues(input)).toBe(false);
    const asked: Asked = { type, megabytes, product, input: json, jobs: 10 };
    const file = join(folder, `${type}.json`);
    await writeFile(file, JSON.stringify(asked));
    // Lambda starts Node.js this way: nine tenths of the memory for long-lived objects, a twentieth for new ones.
    const flags = [
      `--max-old-space-size=${Math.floor(0.9 * megabytes)}`,
      `--max-semi-space-size=${Math.floor(0.05 * megabytes)}`,
    ];
    const credentials = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, await bundled(type), file], {
      env: { ...credentials, PATH: process.env.PATH },
      timeout: 240_000,
    });
    const said = JSON.parse(stdout) as Said;
    expect(said.outcomes).toEqual(Array.from({ length: 10 }, () => outcome));
    expect(said.maxRssMb).toBeLessThan(megabytes);
  },
  300_000,
);
