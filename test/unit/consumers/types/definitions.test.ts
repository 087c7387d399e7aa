import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { parameter, secret } from "../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";

const shop = (auth: object, action: object = {}) => ({
  tag: "p",
  envs: ["dev"],
  jobs: { order: { type: "action", app: "shop", action: "order" } },
  apps: {
    shop: {
      envs: { dev: { base_url: "https://shop.example", auth } },
      actions: { order: { method: "POST", path: "/orders", ...action } },
    },
  },
});
const oauth2 = {
  type: "oauth2",
  token_url: "https://login.example/token",
  client_id: "me",
  client_secret: secret("shop#secret"),
};

const bearer = { type: "bearer", token: secret("shop#token") };

test("an app may use OAuth2 client credentials, an action a form", () => {
  const auth = { ...oauth2, scope: "a", audience: "b", client_auth: "basic" };
  expect(checkCatalog([shop(auth, { body_type: "form" })], registry)).toEqual([]);
});

test.each([
  [shop({ ...oauth2, client_secret: "written out" }), "/p/apps/shop/envs/dev/auth/client_secret"],
  [shop({ ...oauth2, scop: "a" }), "/p/apps/shop/envs/dev/auth/scop"],
  [shop(oauth2, { body_type: "xml" }), "/p/apps/shop/actions/order/body_type"],
])("a faulty app is refused with a pointer to its fault", (product, pointer) => {
  expect(checkCatalog([product], registry).map((fault) => fault.pointer)).toEqual([pointer]);
});

test.each([
  [
    "a token that is written out",
    { auth: { type: "bearer", token: "abc" } },
    "auth/token",
    /^must be secret\("name#key"\) or parameter/,
  ],
  ["a number for a name", { auth: { ...oauth2, client_id: 5 } }, "auth/client_id", /^must be a string, or a reference/],
  ["a base URL without a scheme", { base_url: "shop.example" }, "base_url", /^an http\(s\) URL without credentials/],
  ["a base URL with a password", { base_url: "https://me:pass@shop.example" }, "base_url", /without credentials/],
  ["a token URL that is none", { auth: { ...oauth2, token_url: "/token" } }, "auth/token_url", /^an https URL/],
  ["a plain token URL", { auth: { ...oauth2, token_url: "http://id.example" } }, "auth/token_url", /^an https URL/],
  ["a plain base URL", { base_url: "http://shop.example", auth: bearer }, "base_url", /credentials are sent there$/],
  ["a base URL of this machine", { base_url: "http://127.0.0.1:8080", auth: bearer }, "base_url", /^an https URL/],
])("the check of the catalog reports the fault of %s", (_what, env, place, detail) => {
  const product = shop({ type: "none" });
  Object.assign(product.apps.shop.envs.dev, env);
  expect(checkCatalog([product], registry)).toEqual([
    { pointer: `/p/apps/shop/envs/dev/${place}`, detail: expect.stringMatching(detail) },
  ]);
});

test.each([
  ["plain, without credentials", { base_url: "http://shop.example" }],
  ["plain, with auth none", { base_url: "http://shop.example", auth: { type: "none" } }],
  ["behind a reference", { base_url: parameter("/shop/url"), auth: bearer }],
])("the base URL of an app may be %s", (_what, env) => {
  const product = shop({ type: "none" });
  Object.assign(product.apps.shop.envs, { dev: env });
  expect(checkCatalog([product], registry)).toEqual([]);
});

test.each([
  [{ callback: { url: "http://hooks.example", auth: bearer } }, "callback/url"],
  [{ push: { provider: "fcm", service_account: secret("fcm"), endpoint: "http://fcm.example" } }, "push/endpoint"],
  [{ push: { provider: "expo", endpoint: "http://127.0.0.1:1" } }, "push/endpoint"],
])("the catalog refuses plain HTTP for what a notification sends secrets to: %j", (env, place) => {
  const product = {
    tag: "p",
    envs: ["dev"],
    jobs: { tell: { type: "notification", notification: "customers" } },
    notifications: { customers: { envs: { dev: env }, messages: {} } },
  };
  expect(checkCatalog([product], registry)).toEqual([
    { pointer: `/p/notifications/customers/envs/dev/${place}`, detail: expect.stringMatching(/^an https URL/) },
  ]);
});

test.each([
  ["storage", { buffer: { 0: 104 }, fileName: "a" }, "base64, or the JSON of a Buffer"],
  [
    "action",
    { query: { a: [null] } },
    "must be a string, a number, true or false, a list or an object of these, or null outside of lists",
  ],
  ["action", { params: { a: null } }, "must be a string, a number, true or false"],
  ["notification", { slug: "a", sms: { to: 5, body: { en: "b" } } }, "must be a string, or a list of up to 500"],
  [
    "notification",
    { slug: "a", sms: { to: "b", body: 5 } },
    "must be an object, or a string where the message has no template",
  ],
] as const)("the input of a job of type %s gets the fault: %j", (type, input, message) => {
  const { error } = registry[type].input.safeParse(input);
  expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
});

describe("the recipient template of a message", () => {
  const faultsOf = (sms: object) => {
    const product = {
      tag: "p",
      envs: ["dev"],
      jobs: { tell: { type: "notification", notification: "customers" } },
      notifications: { customers: { envs: { dev: {} }, messages: { code: { sms } } } },
    };
    return checkCatalog([product], registry);
  };

  test.each([
    { to: "{{phone}}", body: "Hi {{name}}" },
    { to: "+49 {{ user.number }}", body: "Hi" },
    { to: "+49 30 123456", body: "{{alarm}}" },
    { to: "+4930123456" },
    { body: "Hi" },
  ])("may be %j", (sms) => {
    expect(faultsOf(sms)).toEqual([]);
  });

  test.each([
    [{ to: "{{cc}}{{number}}", body: "Hi" }, "has more than one variable"],
    [{ to: "{{phone}}" }, "needs a template for the body, whose variables it is filled from"],
    [{ to: "030 123456", body: "Hi" }, "a phone number such as +4930123456, or {{variable}}"],
    [{ to: "", body: "Hi" }, "a phone number such as +4930123456, or {{variable}}"],
  ])("may not be %j", (sms, detail) => {
    expect(faultsOf(sms)).toEqual([{ pointer: "/p/notifications/customers/messages/code/sms/to", detail }]);
  });
});
