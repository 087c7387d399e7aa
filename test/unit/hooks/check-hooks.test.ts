import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import { fakeApi } from "../../support/api.ts";

const key = secret("shop/hook#key");
const take = { event: "take", input: { body: { id: "$Hook{body}{id}" } } };
const stripe = { verify: { preset: "stripe", secret: key }, to: take };

const product = (hook: object, name = "mine") => ({
  tag: "shop",
  envs: ["dev", "prd"],
  apps: {
    shop: {
      envs: { dev: { base_url: "https://shop.example" }, prd: { base_url: "https://shop.example" } },
      actions: { take: { method: "POST", path: "/take/:order" } },
    },
  },
  jobs: {
    take: { type: "action", app: "shop", action: "take" },
    wait: { type: "feature", feature: "wait" },
  },
  features: {
    wait: {
      signals: { paid: { schema: { amount: { type: "number" } } } },
      sequences: { main: [{ step: "payment", wait: { signal: "paid", key: "order-1", timeout: "1d" } }] },
    },
  },
  variables: { dev: { shop: "a" }, prd: { shop: "b" } },
  hooks: { [name]: hook },
});

const faultsOf = (hook: object, name?: string) => checkCatalog([product(hook, name)], registry);
const withParams = { ...take, input: { ...take.input, params: { order: "$Hook{body}{id}" } } };

test("a hook may have everything that the page says", () => {
  expect(
    faultsOf({
      description: "Payments.",
      verify: { preset: "stripe", previous_secret: key, tolerance: "10m" },
      envs: { prd: { secret: key }, dev: { secret: key, previous_secret: key } },
      schema: { id: { type: "string" } },
      when: [{ value: "$Hook{headers}{x-kind}", exists: true }],
      id: "$Concat([$Hook{body}{id}, $Variable{shop}])",
      to: { ...withParams, start_at: "$DateAdd($Now, 1, 'hours')", labels: ["$Hook{id}"], priority: 5 },
    }),
  ).toEqual([]);
});

test.each<[string, object, string, RegExp]>([
  ["no verification", { to: withParams }, "/verify", /./],
  ["an unknown preset", { ...stripe, verify: { preset: "strip", secret: key } }, "/verify/preset", /./],
  ["no secret", { ...stripe, verify: { preset: "stripe" } }, "/verify", /no secret/],
  [
    "a secret that is written out",
    { ...stripe, verify: { preset: "stripe", secret: "whsec_x" } },
    "/verify/secret",
    /secret\("name#key"\)/,
  ],
  [
    "no secret in one env",
    { ...stripe, verify: { preset: "stripe" }, envs: { dev: { secret: key }, prd: {} } },
    "/envs/prd",
    /no secret/,
  ],
  ["an unknown env", { ...stripe, envs: { prod: {} } }, "/envs/prod", /no such env/],
  ["an unknown event", { ...stripe, to: { ...take, event: "tak" } }, "/to/event", /Did you mean "take"/],
  ["an unknown signal", { ...stripe, to: { signal: "piad", key: "1" } }, "/to/signal", /Did you mean "paid"/],
  [
    "a field that the signal does not have",
    { ...stripe, to: { signal: "paid", key: "1", payload: { amount: "$Hook{body}{a}", sum: 1 } } },
    "/to/payload/sum",
    /unknown field/,
  ],
  [
    "a field that the signal lacks",
    { ...stripe, to: { signal: "paid", key: "1", payload: {} } },
    "/to/payload/amount",
    /required/,
  ],
  ["a field that no request has", { ...stripe, to: { ...withParams, repeat: {} } }, "/to/repeat", /unknown field/],
  [
    "a part of the input that the type does not have",
    { ...stripe, to: { event: "take", input: { boddy: {} } } },
    "/to/input/boddy",
    /Did you mean "body"/,
  ],
  ["an unknown part of a delivery", { ...stripe, id: "$Hook{bdy}{id}" }, "/id", /Did you mean "body"/],
  ["a header in capitals", { ...stripe, id: "$Hook{headers}{X-Id}" }, "/id", /lower case/],
  ["an id of itself", { ...stripe, id: "$Hook{id}" }, "/id", /yields/],
  ["an input", { ...stripe, to: { ...withParams, labels: ["$Input{id}"] } }, "/to/labels/0", /\$Hook\{body\}/],
  [
    "an unknown variable",
    { ...stripe, when: { value: "$Variable{shp}", equals: "a" } },
    "/when",
    /Did you mean "shop"/,
  ],
  [
    "a misspelt field of its schema",
    { ...stripe, schema: { order_id: { type: "string" } }, id: "$Hook{body}{order_di}" },
    "/id",
    /Did you mean "order_id"/,
  ],
  [
    "a signature without the body",
    { ...stripe, verify: { preset: "hmac", header: "X", secret: key, signed: "{timestamp}" } },
    "/verify/signed",
    /\{body\}/,
  ],
  [
    "a time that is not signed",
    { ...stripe, verify: { preset: "hmac", header: "X", secret: key, timestamp_header: "T", signed: "{body}" } },
    "/verify/signed",
    /\{timestamp\}/,
  ],
  [
    "a signed time without its header",
    { ...stripe, verify: { preset: "hmac", header: "X", secret: key, signed: "{timestamp}{body}" } },
    "/verify/timestamp_header",
    /missing/,
  ],
  [
    "a tolerance without a time",
    { ...stripe, verify: { preset: "github", secret: key, tolerance: "5m" } },
    "/verify/tolerance",
    /./,
  ],
  [
    "a tolerance of a month",
    { ...stripe, verify: { preset: "slack", secret: key, tolerance: "30d" } },
    "/verify/tolerance",
    /at most/,
  ],
])("refuses %s", (_what, hook, pointer, detail) => {
  expect(faultsOf(hook)).toContainEqual({
    pointer: `/shop/hooks/mine${pointer}`,
    detail: expect.stringMatching(detail),
  });
});

test("refuses a name that its label has no room for, and $Hook anywhere else", () => {
  expect(faultsOf(stripe, "n".repeat(51))).not.toEqual([]);
  const other = product(stripe);
  const features = { wait: { ...other.features.wait, output: { a: "$Hook{body}" } } };
  expect(checkCatalog([{ ...other, features }], registry)).toContainEqual({
    pointer: "/shop/features/wait/output/a",
    detail: expect.stringContaining("$Hook is known in the `hooks`"),
  });
});

test("GET /v1/hooks lists paths and no secrets", async () => {
  const { body } = await fakeApi().ask({ path: "/v1/hooks", query: { env: "prd" } });
  expect(body).toEqual({
    hooks: [
      {
        product_tag: "my-product",
        env: "prd",
        hook: "payments",
        description: "What the payment provider tells us.",
        path: "/hooks/my-product/prd/payments",
        preset: "stripe",
        event: "call_partner",
        label: "hook:payments",
      },
    ],
  });
});
