import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, loadedAtStart } from "../../infra/bundle/bundle.ts";
import { unreached } from "../../infra/bundle/sdk.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";

/** The bundle of an entry, made as the deployment makes it: what a cold start loads of it, and all of it. */
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
    // What esbuild has looked at is more than what it has kept.
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
      startFiles: kept(start),
      own: kept(code).filter((path) => path.startsWith("lambdas/")),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Clients of what jobs call: each belongs to the consumer of its type, and to nobody's first request but that one's. */
const clients = [
  "pg",
  "mysql2",
  "mongodb",
  "nodemailer",
  "google-auth-library",
  "@google-cloud/storage",
  "@azure/storage-blob",
  "@aws-sdk/client-lambda",
  "@aws-sdk/client-sesv2",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-ssm",
  "@aws-sdk/lib-storage",
  "dayjs",
];

/** What a cold start compiles, in KB. The bounds leave a little room, the API's is its target: raise one with a reason. */
const budgets: [entry: string, most: number][] = [
  ["api", 350],
  // The secret of the deployed key and the table of all others: two clients.
  ["authorizer", 255],
  ["reconciler", 300],
  ["lifecycle", 295],
  ["intake", 345],
  ["tasks", 290],
];

test.each(budgets)(
  "%s has no client of an executor in its bundle, and starts with at most %d KB",
  async (entry, most) => {
    const { startKb, packages, own } = await bundleOf(entry);
    expect(clients.filter((client) => packages.has(client))).toEqual([]);
    // Nor what is for the check of the catalog.
    expect(
      own.filter((path) => /\/consumers\/types\/\w+\/(execute|handler|access|target[\w-]*|check-\w+)\.ts$/.test(path)),
    ).toEqual([]);
    expect(startKb).toBeLessThanOrEqual(most);
  },
);

test("webhooks has the clients of references in its bundle and no other, and starts with at most 315 KB", async () => {
  const { startKb, packages, own } = await bundleOf("webhooks");
  expect(clients.filter((client) => packages.has(client))).toEqual(["@aws-sdk/client-ssm"]);
  expect(own.filter((path) => path.startsWith("lambdas/consumers/"))).toEqual([
    "lambdas/consumers/types/define-product.ts",
  ]);
  expect(startKb).toBeLessThanOrEqual(315);
});

/** An edit of a file that nothing has any more leaves out nothing. */
test("what is edited out of packages would be in the API's bundle", async () => {
  const { startFiles } = await bundleOf("api");
  for (const { file } of unreached) expect(startFiles).toContain(`node_modules/${file}`);
});

/** The clients that a type's executor works with. */
const ofType: Record<(typeof jobTypes)[number], string[]> = {
  action: [],
  notification: ["nodemailer", "google-auth-library", "@aws-sdk/client-sesv2", "@aws-sdk/client-sns"],
  database_action: ["pg", "mysql2", "mongodb"],
  function: ["@aws-sdk/client-lambda"],
  storage: ["google-auth-library", "@google-cloud/storage", "@azure/storage-blob", "@aws-sdk/lib-storage"],
  feature: ["dayjs"],
};

test.each(jobTypes)(
  "the consumer of type %s has the clients of its own type only, and starts without them",
  async (type) => {
    const { startKb, packages, startPackages } = await bundleOf(`consumers/${type}`);
    // Every consumer resolves parameters.
    const found = clients.filter((client) => packages.has(client) && client !== "@aws-sdk/client-ssm");
    expect(found.sort()).toEqual([...ofType[type]].sort());
    const early = [...startPackages].filter((name) => clients.includes(name) && name !== "dayjs");
    expect(early).toEqual([]);
    expect(startKb).toBeLessThanOrEqual(375);
  },
);

/** esbuild alone would give a chunk made of CommonJS a default export only. */
test.each([
  ["notification", "google-auth-library", "JWT"],
  ["storage", "google-auth-library", "JWT"],
])("the consumer of type %s gets %s with its names when it imports it lazily", async (type, from, name) => {
  const { exportsOf } = await bundleOf(`consumers/${type}`);
  expect(exportsOf(from)).toContain(name);
});
