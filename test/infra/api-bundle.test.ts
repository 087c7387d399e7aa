import { build } from "esbuild";

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
  "dayjs",
  "file-type",
];

it("the API bundles no executor, and no client that only executors use", async () => {
  const { metafile } = await build({
    entryPoints: ["lambdas/api/handler.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain("lambdas/consumers/notification/definition.ts");
  expect(inputs.filter((file) => /consumers\/.*\/(execute|handler)\.ts$/.test(file))).toEqual([]);
  expect(clients.filter((name) => inputs.some((file) => file.includes(`node_modules/${name}/`)))).toEqual([]);
});
