import { faultsOf } from "../../../../support/checked-product.ts";

describe("the input of a notification", () => {
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
  ])("may be %j", (input) => {
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
  ])("may not be %j", (input, pointer, detail) => {
    const faults = faultsOf("tell", { slug: "welcome", ...input });
    expect(faults).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
  });

  it("for SES must have addresses in ASCII before the @", () => {
    const to = ["ada@bücher.example", "grüße@x.example"];
    expect(faultsOf("tell", { slug: "welcome", email: { ...email, to } }, "ses")).toEqual([
      { pointer: "/input/email/to/1", detail: "has an address that SES cannot send to: only ASCII before its @" },
    ]);
    expect(faultsOf("tell", { slug: "welcome", email: { ...email, to } })).toEqual([]);
  });
});
