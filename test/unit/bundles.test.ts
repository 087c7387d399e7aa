import { build } from "esbuild";
import { jobTypes } from "../../lambdas/core/job.ts";

/** The bundle of an entry, made as the deployment makes it: its size in KB and the npm packages that are in it. */
async function bundleOf(entry: string) {
  const { outputFiles, metafile } = await build({
    entryPoints: [`lambdas/${entry}/handler.ts`],
    absWorkingDir: new URL("../../", import.meta.url).pathname,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    write: false,
    metafile: true,
  });
  // What esbuild has looked at is more than what it has kept.
  const kept = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const packages = new Set(kept.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
  const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.byteLength, 0);
  return { kb: Math.ceil(bytes / 1024), packages, own: kept.filter((path) => path.startsWith("lambdas/")) };
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

/** A Lambda loads all of its bundle at a cold start. The bounds leave a little room: raise one with a reason. */
test.each([
  ["api", 900],
  // The secret of the deployed key and the table of all others: two clients.
  ["authorizer", 520],
  ["reconciler", 800],
  ["lifecycle", 550],
  ["tasks", 700],
  ["intake", 900],
])("%s has no client of an executor in its bundle, and at most %d KB", async (entry, most) => {
  const { kb, packages, own } = await bundleOf(entry);
  expect(clients.filter((client) => packages.has(client))).toEqual([]);
  expect(own.filter((path) => /\/consumers\/\w+\/(execute|handler)\.ts$/.test(path))).toEqual([]);
  expect(kb).toBeLessThanOrEqual(most);
});

test("webhooks has the clients of references in its bundle and no other, and at most 830 KB", async () => {
  const { kb, packages, own } = await bundleOf("webhooks");
  expect(clients.filter((client) => packages.has(client))).toEqual(["@aws-sdk/client-ssm"]);
  expect(own.filter((path) => path.startsWith("lambdas/consumers/"))).toEqual(["lambdas/consumers/define-product.ts"]);
  expect(kb).toBeLessThanOrEqual(830);
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

test.each(jobTypes)("the consumer of type %s has the clients of its own type only", async (type) => {
  const { packages } = await bundleOf(`consumers/${type}`);
  // Every consumer resolves parameters.
  const found = clients.filter((client) => packages.has(client) && client !== "@aws-sdk/client-ssm");
  expect(found.sort()).toEqual([...ofType[type]].sort());
});
