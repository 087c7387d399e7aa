import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundle, loadedAtStart } from "../../infra/bundle/bundle.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";

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
      startKb: Math.ceil(start.reduce((sum, name) => sum + (outputs[name]?.bytes ?? 0), 0) / 1024),
      startPackages: packagesOf(start),
      packages: packagesOf(code),
      exportsOf: (from: string) =>
        Object.values(outputs).find(({ entryPoint }) => entryPoint?.includes(from))?.exports ?? [],
      /** What Node would have to find beside the bundle to start it. */
      missing: Object.values(outputs).flatMap(({ imports }) =>
        imports.flatMap(({ path, kind, external }) => (external && kind === "import-statement" ? [path] : [])),
      ),
      own: kept(code).filter((path) => path.startsWith("lambdas/")),
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
  "dayjs",
];

/**
 * How much code a cold start compiles, in KB. The limits leave a little room: raise one with a reason. The API's target is 470
 * (docs/benchmarks.md): every request may have Ductape's spellings, expressions and a series, and what reads them took it beyond that;
 * the rules of a seventh type (3 KB), of sessions (2 KB), of groups of targets (1 KB), and bounds for what a request may cost, with
 * the meaning of Ductape's retries and of doubled dollars (4 KB), and what removes results and runs, notes a caller's keys and knows a run
 * that has begun (4 KB), and the fields of an action's body (1 KB), added to it; and 2 KB everywhere for readers that ignore what a later
 * version has stored; and 7 KB for what the fields of a request and of each input mean, from which OpenAPI and the SDK's types are made.
 */
const budgets: [entry: string, most: number][] = [
  ["api", 543],
  // Two clients: the deployed key is a secret, all others are in the table.
  ["authorizer", 305],
  // What follows schedules is loaded when one has changed. The rules for cron where the clocks change took 5 KB, and the sweep of
  // lines, which starts their pumps, 3 KB.
  ["reconciler", 428],
  ["lifecycle", 370],
  ["intake", 532],
  ["tasks", 365],
  ["pump", 405],
  ["relay", 340],
  // No client of AWS at all.
  ["dashboard", 120],
];

test.each(budgets)(
  "%s has no client of an executor in its bundle, and starts with at most %d KB",
  async (entry, most) => {
    const { startKb, packages, startPackages, own, missing } = await bundleOf(entry);
    expect(missing).toEqual([]);
    // What callers reach checks the tokens of sessions, whose secrets may be parameters.
    const ofTokens = ["api", "intake"].includes(entry) ? ["@aws-sdk/client-ssm"] : [];
    expect(clients.filter((client) => packages.has(client))).toEqual(ofTokens);
    expect([...startPackages].filter((name) => [...clients, "jose"].includes(name))).toEqual([]);
    // Nor anything that only the check of the catalog needs.
    expect(
      own.filter((path) => /\/consumers\/types\/\w+\/(execute|handler|access|target[\w-]*|check-\w+)\.ts$/.test(path)),
    ).toEqual([]);
    expect(startKb).toBeLessThanOrEqual(most);
  },
);

test("webhooks has the clients of references in its bundle and no other, and starts with at most 390 KB", async () => {
  const { startKb, packages, own, missing } = await bundleOf("webhooks");
  expect(missing).toEqual([]);
  expect(clients.filter((client) => packages.has(client))).toEqual(["@aws-sdk/client-ssm"]);
  expect(own.filter((path) => path.startsWith("lambdas/consumers/"))).toEqual([
    "lambdas/consumers/types/define-product.ts",
  ]);
  expect(startKb).toBeLessThanOrEqual(390);
});

/** The clients that the executor of each type works with. */
const ofType: Record<(typeof jobTypes)[number], string[]> = {
  action: [],
  notification: ["nodemailer", "google-auth-library", "@aws-sdk/client-sesv2", "@aws-sdk/client-sns"],
  database_action: ["pg", "mysql2", "mongodb"],
  function: ["@aws-sdk/client-lambda"],
  storage: ["google-auth-library", "@google-cloud/storage", "@azure/storage-blob", "@aws-sdk/lib-storage"],
  publish: ["@platformatic/kafka", "amqplib", "@aws-sdk/client-sns"],
  feature: ["dayjs"],
};

test.each(jobTypes)(
  "the consumer of type %s has the clients of its own type only, and starts without them",
  async (type) => {
    const { startKb, packages, startPackages, missing } = await bundleOf(`consumers/${type}`);
    expect(missing).toEqual([]);
    // Every consumer resolves parameters and evaluates expressions; only a feature does so at once.
    const ofEvery = ["@aws-sdk/client-ssm", ...(type === "feature" ? [] : ["dayjs"])];
    const found = clients.filter((client) => packages.has(client) && !ofEvery.includes(client));
    expect(packages).toContain("dayjs");
    expect(found.sort()).toEqual([...ofType[type]].sort());
    const early = [...startPackages].filter((name) => clients.includes(name));
    expect(early).toEqual(type === "feature" ? ["dayjs"] : []);
    // What insists on the record of an outcome, and runs alone what may have crashed, took 8 KB, and
    // what the fields of requests mean 5 KB.
    expect(startKb).toBeLessThanOrEqual(560);
  },
);

/** esbuild alone gives a chunk of a CommonJS package a default export only. */
test.each([
  ["notification", "google-auth-library", "JWT"],
  ["storage", "google-auth-library", "JWT"],
])("the consumer of type %s gets %s with its names when it imports it lazily", async (type, from, name) => {
  const { exportsOf } = await bundleOf(`consumers/${type}`);
  expect(exportsOf(from)).toContain(name);
});

/** A client that looks for files beside its own code would find none there. */
test("the clients of Kafka and RabbitMQ load from the bundle of the consumer of type publish", async () => {
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
