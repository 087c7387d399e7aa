import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { bundle, loadedAtStart } from "../../infra/bundle/bundle.ts";
import { options } from "../../infra/bundle/options.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { handlerFile } from "../../lambdas/topology.ts";

/** The bundle of an entry, made as the deployment makes it: all of it, and the part that a cold start loads. */
const bundleOf = (entry: string) => {
  const known = bundles.get(entry) ?? readBundle(entry);
  bundles.set(entry, known);
  return known;
};
const bundles = new Map<string, ReturnType<typeof readBundle>>();

async function readBundle(entry: string) {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  try {
    const outputs = await bundle(entry, folder);
    const code = Object.keys(outputs).filter((name) => name.endsWith(".mjs"));
    const start = [...loadedAtStart(outputs)];
    // esbuild lists every file that it has read, also those of which it kept nothing.
    const kept = (names: string[]) =>
      names.flatMap((name) =>
        Object.entries(outputs[name]?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
          bytesInOutput > 0 ? [path] : [],
        ),
      );
    const packagesOf = (names: string[]) =>
      new Set(kept(names).flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
    return {
      startBytes: start.reduce((sum, name) => sum + (outputs[name]?.bytes ?? 0), 0),
      startPackages: packagesOf(start),
      packages: packagesOf(code),
      exportsOf: (from: string) =>
        Object.values(outputs).find(({ entryPoint }) => entryPoint?.includes(from))?.exports ?? [],
      /** What Node would have to find beside the bundle to start it. */
      missing: Object.values(outputs).flatMap(({ imports }) =>
        imports.flatMap(({ path, kind, external }) => (external && kind === "import-statement" ? [path] : [])),
      ),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Clients for what jobs call: each belongs in the consumer of its type alone, and even there only on first use. */
const clients = [
  "pg",
  "mysql2",
  "mongodb",
  "nodemailer",
  "google-auth-library",
  "@google-cloud/storage",
  "@azure/storage-blob",
  "@platformatic/kafka",
  "amqplib",
  "@aws-sdk/client-lambda",
  "@aws-sdk/client-sesv2",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-ssm",
  "@aws-sdk/lib-storage",
];

test.each([
  "api",
  "authorizer",
  "reconciler",
  "lifecycle",
  "intake",
  "tasks",
  "pump",
  "relay",
  "dashboard",
  "approve",
  "webhooks",
  "hooks",
])("%s has no client of an executor in its bundle", async (entry) => {
  const { packages, startPackages, missing } = await bundleOf(entry);
  expect(missing).toEqual([]);
  // The tokens of sessions and the secrets of webhooks and hooks may be parameters.
  const ofReferences = ["api", "intake", "webhooks", "hooks"].includes(entry) ? ["@aws-sdk/client-ssm"] : [];
  expect(clients.filter((client) => packages.has(client))).toEqual(ofReferences);
  expect([...startPackages].filter((name) => [...clients, "jose"].includes(name))).toEqual([]);
});

/** docs/decisions/static-imports.md */
test("the API loads at most 0.85 of its code at its start", async () => {
  const { startBytes } = await bundleOf("api");
  const { metafile } = await build({ ...options, entryPoints: [handlerFile("api")], outdir: "out", write: false });
  const plainBytes = Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(startBytes / plainBytes).toBeLessThanOrEqual(0.85);
});

/** The clients that the executor of each type works with. */
const ofType: Record<(typeof jobTypes)[number], string[]> = {
  action: [],
  notification: ["nodemailer", "google-auth-library", "@aws-sdk/client-sesv2", "@aws-sdk/client-sns"],
  database_action: ["pg", "mysql2", "mongodb"],
  function: ["@aws-sdk/client-lambda"],
  storage: ["google-auth-library", "@google-cloud/storage", "@azure/storage-blob", "@aws-sdk/lib-storage"],
  publish: ["@platformatic/kafka", "amqplib", "@aws-sdk/client-sns"],
  // Features in code are decided by the Lambda function with the code of their product.
  feature: ["@aws-sdk/client-lambda"],
};

test.each(jobTypes)("the consumer of type %s has its type's clients only, and starts without them", async (type) => {
  const { packages, startPackages, missing } = await bundleOf(`consumers/${type}`);
  expect(missing).toEqual([]);
  // Every consumer resolves parameters.
  const found = clients.filter((client) => packages.has(client) && client !== "@aws-sdk/client-ssm");
  expect(found.sort()).toEqual([...ofType[type]].sort());
  expect([...startPackages].filter((name) => clients.includes(name))).toEqual([]);
});

/** esbuild alone gives a chunk of a CommonJS package a default export only. */
test.each([
  ["notification", "google-auth-library", "JWT"],
  ["storage", "google-auth-library", "JWT"],
])("the consumer of type %s gets %s with its names by a lazy import", async (type, from, name) => {
  const { exportsOf } = await bundleOf(`consumers/${type}`);
  expect(exportsOf(from)).toContain(name);
});

/** A client that looks for files beside its own code would find none there. */
test("the publish consumer loads the clients of Kafka and RabbitMQ from its bundle", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  try {
    const outputs = await bundle("consumers/publish", folder);
    const chunkOf = (client: string) =>
      Object.keys(outputs).find((name) => outputs[name]?.entryPoint?.endsWith(`/brokers/${client}.ts`));
    const script = `
      const load = (name) => import(new URL(name, "file://${folder}/"));
      const [kafka, rabbitmq] = await Promise.all([load("${chunkOf("kafka")}"), load("${chunkOf("rabbitmq")}")]);
      console.log(typeof kafka.sendToKafka, typeof rabbitmq.sendToRabbitMq);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    expect(stdout).toBe("function function\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});
