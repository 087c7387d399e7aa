import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import { checkCatalog } from "../../../../lambdas/core/catalog/check-catalog.ts";
import { parameter, secret } from "../../../../lambdas/core/catalog/references.ts";
import type { Fault } from "../../../../lambdas/core/errors.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import type { RequestError } from "../../../../lambdas/core/requests/request-error.ts";
import { noon } from "../../../support/builders.ts";

const smtp = { provider: "smtp", url: secret("smtp"), from: "shop@shop.example" } as const;
const ses = { provider: "ses", from: "shop@shop.example" } as const;
const channels = {
  push: { provider: "expo" },
  email: smtp,
  sms: { provider: "sns" },
  callback: { url: "https://hooks.example/:shop/done", method: "GET" },
} as const;

const product = {
  tag: "shop",
  envs: ["dev", "ses"],
  jobs: {
    order: { type: "action", app: "api", action: "order" },
    list: { type: "action", app: "api", action: "list" },
    form: { type: "action", app: "api", action: "form" },
    hidden: { type: "action", app: "hidden", action: "order" },
    tell: { type: "notification", notification: "customers" },
  },
  apps: {
    api: {
      envs: { dev: { base_url: "https://api.example/:version" }, ses: { base_url: "https://api.example" } },
      actions: {
        order: { method: "POST", path: "/orders/:order_id?v=:no", defaults: { params: { version: "v1" } } },
        list: { method: "GET", path: "/orders", defaults: { params: { version: "v1" } } },
        form: { method: "POST", path: "/f", body_type: "form", defaults: { params: { version: "v1" } } },
      },
    },
    hidden: {
      envs: { dev: { base_url: parameter("/url") }, ses: { base_url: parameter("/url") } },
      actions: { order: { method: "POST", path: "/orders/:id" } },
    },
  },
  notifications: {
    customers: {
      envs: { dev: channels, ses: { ...channels, email: ses } },
      messages: {
        plain: {},
        welcome: {
          push_notification: { title: "Welcome, {{name}}", body: "Hi" },
          email: { subject: "Welcome, {{ name }}", template: "<p>{{name}} of {{city}}</p>" },
          sms: { body: "Hi {{name}}" },
        },
        receipt: {
          push_notification: { title: "Thanks", body: "{{order.items.0.name}}" },
          email: { subject: "Receipt", template: "<p>{{user.name}}: {{order.total}}</p>" },
          sms: { to: "{{user.phone}}", body: "{{user.name}}, thanks" },
        },
        alarm: { sms: { to: "+49 30 123456", body: "Alarm" } },
      },
    },
  },
} as const;

const catalog = makeCatalog([product], registry);

function faultsOf(event: string, input: object, env = "dev"): Fault[] {
  try {
    parseRequest({ product_tag: "shop", env, event, input, start_at: 0 }, catalog, noon);
    return [];
  } catch (error) {
    return (error as RequestError).faults;
  }
}

it("the product of these tests is valid", () => {
  expect(checkCatalog([product], registry)).toEqual([]);
});

describe("an action's input is checked against its path, headers and body when it is requested", () => {
  it.each<[string, object]>([
    ["order", { params: { order_id: 5 }, headers: { "x-note": "hi", "Content-Type": "application/json" } }],
    ["order", { params: { order_id: "a/b", version: "v2" }, body: { a: 1 } }],
    ["list", { query: { a: [1, 2] } }],
    [
      "list",
      { query: { filter: { status: "open", tags: ["a", { b: null }], none: null, "\uffff": "😀" }, e: [], f: {} } },
    ],
    ["list", { headers: { accept: ["a/b", "c/d"], "x-none": [] } }],
    ["order", { params: { order_id: 5 }, body: [] }],
    ["order", { params: { order_id: 5 }, body: [{ sku: 1 }, "a", null, []] }],
    ["form", { body: { a: 1, b: ["x", true], c: null } }],
    ["hidden", { params: { id: 1, "of-the-base": 2 } }],
  ])("%s takes %j", (event, input) => {
    expect(faultsOf(event, input)).toEqual([]);
  });

  it.each<[string, object, string, RegExp]>([
    ["order", {}, "/input/params/order_id", /^is required: the path has it$/],
    [
      "order",
      { params: { order_id: 5, oder_id: 6 } },
      "/input/params/oder_id",
      /^is not in the path\. Did you mean "order_id"\?$/,
    ],
    ["order", { params: { order_id: ".." } }, "/input/params/order_id", /^must not be empty/],
    ["order", { params: { order_id: "\ud800" } }, "/input/params/order_id", /well-formed/],
    [
      "order",
      { params: { order_id: 5 }, headers: { "x y": "a" } },
      "/input/headers/x y",
      /^has a name that no header can have$/,
    ],
    ["order", { params: { order_id: 5 }, headers: { Host: "a" } }, "/input/headers/Host", /^cannot be set$/],
    [
      "order",
      { params: { order_id: 5 }, headers: { "x-a": "a\nb" } },
      "/input/headers/x-a",
      /^has characters that no header/,
    ],
    ["list", { body: { a: 1 } }, "/input/body", /^a GET request has no body$/],
    ["form", { body: { a: { b: 1 } } }, "/input/body", /"a" does not fit into a form/],
    ["hidden", {}, "/input/params/id", /^is required/],
    ["list", { body: [] }, "/input/body", /^a GET request has no body$/],
    ["form", { body: [] }, "/input/body", /^The body is a list, which is sent as JSON only\.$/],
    ["order", { params: { order_id: 5 }, body: "a" }, "/input/body", /^must be an object or a list$/],
    ["list", { query: { a: { b: [1, null] } } }, "/input/query/a/b/1", /null outside of lists$/],
    ["list", { query: { a: [[], [{ b: [null] }]] } }, "/input/query/a/1/0/b/0", /null outside of lists$/],
    [
      "list",
      { headers: { "x-a": ["a", "b\nc"] } },
      "/input/headers/x-a/1",
      /^has characters that no header can carry$/,
    ],
    ["list", { headers: { "x y": ["a", "b"] } }, "/input/headers/x y", /^has a name that no header can have$/],
    ["list", { headers: { host: [] } }, "/input/headers/host", /^cannot be set$/],
    [
      "list",
      { headers: { "x-a": null } },
      "/input/headers/x-a",
      /^must be a string, a number, true or false, or a list/,
    ],
    ["list", { headers: { "x-a": [["b"]] } }, "/input/headers/x-a", /^must be a string/],
    ["list", { headers: { "x-a": { b: "c" } } }, "/input/headers/x-a", /^must be a string/],
    ["order", { params: { order_id: [5] } }, "/input/params/order_id", /^must be a string, a number, true or false$/],
  ])("%s with %j is refused", (event, input, pointer, detail) => {
    expect(faultsOf(event, input)).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
  });
});

describe("a notification's input is checked against its message and channels when it is requested", () => {
  const email = { to: "ada@x.example", subject: { name: "Ada" }, template: { name: "Ada", city: "London" } };
  const push = { device_token: "ExponentPushToken[a]", title: { name: "Ada" }, body: {} };
  const sms = { to: "+49 30 123456", body: { name: "Ada" } };

  it.each<object>([
    { slug: "welcome", email, sms, push_notification: push },
    {
      slug: "welcome",
      email: { ...email, to: ['"Doe, Ada" <ada@x.example>, b@x.example;', "Bob <bob@bücher.example>"] },
    },
    { slug: "welcome", sms: { ...sms, to: ["none", "+4930123456"] } },
    { slug: "plain", locale: "de", sms: { to: sms.to, body: { en: "Hi", fr: "Salut" } } },
    { slug: "plain", callback: { params: { shop: "a" } } },
    { slug: "receipt", push_notification: { device_token: "t", body: { order: { items: [{ name: "Tea" }] } } } },
    { slug: "receipt", push_notification: { device_token: "t", title: {}, body: { "order.items.0.name": "Tea" } } },
    {
      slug: "receipt",
      email: { to: email.to, template: { user: { name: "😀\uffff" }, order: { total: 0, by: null } } },
    },
    { slug: "receipt", sms: { body: { user: { name: "Ada", phone: "+49 (30) 123456" } } } },
    { slug: "receipt", sms: { body: { "user.phone": sms.to, user: { name: "Ada", phone: [] } } } },
    { slug: "receipt", sms: { to: sms.to, body: { user: { name: "Ada" } } } },
    { slug: "alarm", sms: { body: {} } },
    { slug: "plain", sms: { to: sms.to, body: "Hi 😀\uffff" } },
    { slug: "plain", email: { to: email.to, subject: "Hi", template: "" }, locale: "de" },
    { slug: "plain", push_notification: { device_token: "t", title: "Hi", body: { en: 5 } } },
    {
      slug: "receipt",
      email: {
        to: Array.from({ length: 500 }, (_, i) => `u${i}@x.example`),
        template: { user: { name: "Ada" }, order: { total: 1 } },
      },
    },
  ])("takes %j", (input) => {
    expect(faultsOf("tell", input)).toEqual([]);
  });

  it.each<[object, string, RegExp]>([
    [
      { email: { ...email, subject: {} } },
      "/input/email/subject/name",
      /^is required: the message's template uses it$/,
    ],
    [{ email: { ...email, template: { name: "Ada" } } }, "/input/email/template/city", /^is required/],
    [{ push_notification: { ...push, title: {} } }, "/input/push_notification/title/name", /^is required/],
    [{ sms: { ...sms, body: {} } }, "/input/sms/body/name", /^is required/],
    [{ sms: { ...sms, body: { name: "x".repeat(1600) } } }, "/input/sms/body", /^must be 1 to 1600 characters in all$/],
    [{ sms: { ...sms, to: ["none", "030 123456"] } }, "/input/sms/to", /no phone number in the format E\.164/],
    [{ email: { ...email, to: "ada" } }, "/input/email/to", /^must be e-mail addresses such as/],
    [
      { email: { ...email, to: ["ada@x.example", "b@x.example, bob"] } },
      "/input/email/to/1",
      /^must be e-mail addresses/,
    ],
    [{ email: { ...email, to: "ada@x.example\nBcc: b@x.example" } }, "/input/email/to", /line break/],
    [
      { slug: "plain", sms: { to: sms.to, body: { de: "a", fr: "b" } } },
      "/input/sms/body",
      /^has no text for the locale/,
    ],
    ...[
      [{ name: null }, "/input/sms/body/name", /^is required: the message's template uses it$/],
      [{ name: ["Ada"] }, "/input/sms/body/name", /^must be a string, a number, true or false: the message's template/],
      ["Hi", "/input/sms/body", /^must be an object of variables: the message has a template for it$/],
      [undefined, "/input/sms/body/name", /^is required/],
      [5, "/input/sms/body", /^must be an object, or a string where the message has no template$/],
      [null, "/input/sms/body", /^must be an object, or a string/],
    ].map(([body, pointer, detail]) => [{ sms: { ...sms, body } }, pointer, detail] as [object, string, RegExp]),
    ...[
      [
        { user: { name: "Ada" } },
        "/input/sms/body/user/phone",
        /^is required: the message's recipient template uses it$/,
      ],
      [{ user: { name: "Ada", phone: null } }, "/input/sms/body/user/phone", /^is required/],
      [
        { user: { name: "Ada", phone: {} } },
        "/input/sms/body/user/phone",
        /^must be a string.*recipient template writes/,
      ],
      [
        { user: { name: "Ada", phone: "030 1" } },
        "/input/sms/body/user/phone",
        /^makes no phone number in the format E/,
      ],
      [{ user: { name: "Ada", phone: 4930123456 } }, "/input/sms/body/user/phone", /^makes no phone number/],
      [{ "user.name": "Ada", "user.phone": "" }, "/input/sms/body/user.phone", /^makes no phone number/],
      [{ user: { phone: sms.to } }, "/input/sms/body/user/name", /^is required: the message's template uses it$/],
      ["Hi", "/input/sms/body", /^must be an object of variables/],
    ].map(
      ([body, pointer, detail]) => [{ slug: "receipt", sms: { body } }, pointer, detail] as [object, string, RegExp],
    ),
    [
      { slug: "receipt", sms: { to: [], body: { user: { name: "Ada", phone: sms.to } } } },
      "/input/sms/to",
      /at least|list of up to/,
    ],
    [{ slug: "plain", sms: { body: "Hi" } }, "/input/sms/to", /^is required: the message has no recipient template$/],
    [{ sms: { body: { name: "Ada" } } }, "/input/sms/to", /^is required: the message has no recipient template$/],
    [{ slug: "plain", sms: { to: sms.to } }, "/input/sms/body", /^is required: the message has no template for it$/],
    [{ slug: "plain", sms: { to: sms.to, body: "" } }, "/input/sms/body", /^must be 1 to 1600 characters/],
    [
      { slug: "plain", email: { to: email.to, template: "Hi" } },
      "/input/email/subject",
      /^is required: the message has no template for it$/,
    ],
    [
      { slug: "plain", email: { to: email.to, subject: "Hi", template: { user: { name: "Ada" } } } },
      "/input/email/template/user",
      /^must be a string, a number, true or false: the message has no template for it, so/,
    ],
    [
      { slug: "plain", push_notification: { device_token: "t", title: { en: "Hi", de: null }, body: "Hi" } },
      "/input/push_notification/title/de",
      /^must be a string/,
    ],
    [
      {
        slug: "receipt",
        push_notification: { device_token: "t", title: "Hi", body: { order: { items: [{ name: 1 }] } } },
      },
      "/input/push_notification/title",
      /^must be an object of variables/,
    ],
    [
      { slug: "receipt", push_notification: { device_token: "t", body: { order: { items: [] } } } },
      "/input/push_notification/body/order/items/0/name",
      /^is required/,
    ],
    [
      { slug: "receipt", email: { to: email.to, template: { "user.name": "Ada", order: 5 } } },
      "/input/email/template/order/total",
      /^is required/,
    ],
    [{ slug: "plain", callback: {} }, "/input/callback/params/shop", /^is required/],
    [
      { slug: "plain", callback: { params: { shop: 1 }, body: {} } },
      "/input/callback/body",
      /^a GET request has no body$/,
    ],
  ])("refuses %j", (input, pointer, detail) => {
    const faults = faultsOf("tell", { slug: "welcome", ...input });
    expect(faults).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
  });

  it("for SES an address must be ASCII before its @", () => {
    const to = ["ada@bücher.example", "grüße@x.example"];
    expect(faultsOf("tell", { slug: "welcome", email: { ...email, to } }, "ses")).toEqual([
      { pointer: "/input/email/to/1", detail: "has an address that SES cannot send to: only ASCII before its @" },
    ]);
    expect(faultsOf("tell", { slug: "welcome", email: { ...email, to } })).toEqual([]);
  });
});
