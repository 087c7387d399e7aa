import { defineProduct } from "../../../../lambdas/consumers/types/define-product.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";

const place = { envs: { prd: { provider: "s3", bucket: "files" } } } as const;
const mail = (key: string) =>
  ({
    envs: { prd: { email: { provider: "smtp", url: secret(key), from: "a@x.example" } } },
    messages: { hi: {} },
  }) as const;
const database = (key: string) =>
  ({
    engine: "postgres",
    envs: { prd: { connection: secret(key) } },
    actions: { look: { operation: "read", statement: "SELECT 1" } },
  }) as const;

/** `tsc` checks the types; the check of the catalog says that they and the schemas agree. */
test("a section of a product may have groups, which events may name", () => {
  const product = defineProduct({
    tag: "shop",
    envs: ["prd"],
    jobs: {
      store: { type: "storage", storage: "any" },
      notify: { type: "notification", notification: "any" },
      look: { type: "database_action", database: "any", action: "look" },
      call: { type: "function", function: "any" },
    },
    storages: { a: place, b: place, any: { fallback: ["a", { use: "b" }], on: ["SERVICE_UNAVAILABLE"] } },
    notifications: {
      a: mail("a"),
      b: mail("b"),
      any: {
        quota: [
          { use: "a", weight: 70 },
          { use: "b", weight: 30 },
        ],
        timeout_ms: 5000,
      },
    },
    databases: {
      a: database("a"),
      b: database("b"),
      any: { fallback: [{ use: "a", healthcheck: { action: "look", every: "1m" } }, "b"] },
    },
    functions: {
      a: { envs: { prd: { provider: "http", url: "https://f.example" } } },
      any: { fallback: [{ use: "a", healthcheck: { tcp: { prd: "f.example:443" } } }] },
    },
  });
  expect(checkCatalog([product], registry)).toEqual([]);
});

test("an invalid group does not compile", () => {
  const shop = { tag: "shop", envs: ["prd"], jobs: {} };
  expect([
    // @ts-expect-error a member of a quota needs a weight
    () => defineProduct({ ...shop, storages: { a: place, any: { quota: [{ use: "a" }] } } }),
    // @ts-expect-error no such error code
    () => defineProduct({ ...shop, storages: { a: place, any: { fallback: ["a"], on: ["TIMEOT"] } } }),
    // @ts-expect-error a feature stands alone
    () => defineProduct({ ...shop, features: { any: { fallback: ["a"] } } }),
  ]).toHaveLength(3);
});
