import { echoesOf } from "../../../../../lambdas/consumers/clients/http/echoes.ts";
import { codeOfJson } from "../../../../../lambdas/consumers/clients/http/failure-code.ts";

describe("the code in the JSON of a failed answer", () => {
  it.each<[string, unknown, string]>([
    [
      "Stripe",
      { error: { type: "card_error", code: "card_declined", message: "Your card was declined." } },
      "card_declined",
    ],
    ["a type alone", { error: { type: "api_error" } }, "api_error"],
    ["Google", { error: { code: 402, status: "PERMISSION_DENIED", errors: [{ reason: "x" }] } }, "PERMISSION_DENIED"],
    ["OAuth", { error: "invalid_grant", error_description: "expired" }, "invalid_grant"],
    ["a plain code", { code: "E-17", message: "no" }, "E-17"],
    ["a number", { code: 21211 }, "21211"],
    ["errorCode", { errorCode: "MISSING_FIELD" }, "MISSING_FIELD"],
    ["error_code", { error_code: "rate.limit" }, "rate.limit"],
    ["a list of errors", { errors: [{ code: "TAKEN" }, { code: "SECOND" }] }, "TAKEN"],
    ["a sentence before a code", { error: "Payment Required", code: "no_funds" }, "no_funds"],
    ["a repeated status before a code", { code: 402, errorCode: "no_funds" }, "no_funds"],
  ])("is found in %s", (_, body, code) => {
    expect(codeOfJson(body, 402, [])).toBe(code);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "card_declined"],
    ["a list", [{ code: "x" }]],
    ["an error's sentence", { error: "Not Found", message: "x" }],
    ["the status again", { status: 402, code: "402", error: { code: 402 } }],
    ["errors without codes", { errors: [null, { code: "SECOND" }] }],
    ["errors that are no list", { errors: { code: "x" } }],
    ["an id", { code: "0198c2f4-7a6e-7b3c-9d1e-2f3a4b5c6d7e" }],
    ["what an object inherits", { error: {}, code: {} }],
    ["what has no text", { code: { toString: 1, valueOf: 1 }, error: { code: { toString: null } } }],
    ["a list that is too deep to have a text", { code: JSON.parse("[".repeat(9000) + "]".repeat(9000)) }],
  ])("is not in %s", (_, body) => {
    expect(codeOfJson(body, 402, [])).toBeUndefined();
  });
});

it("an idempotency key of the caller is compared as other values are", () => {
  const isEcho = echoesOf([
    { url: new URL("https://api.example.com/"), headers: new Headers({ "idempotency-key": "order-1402" }) },
  ]);
  expect([isEcho("order-1402"), isEcho("1402"), isEcho("duplicate")]).toEqual([true, true, false]);
});

describe("an echo of the request", () => {
  const isEcho = echoesOf([
    {
      url: new URL("https://api.example.com/v1/account/ada%5Flovelace1?token=t0ken-abc&pin=123"),
      headers: new Headers({
        authorization: `Basic ${btoa("user_one:pass:word")}`,
        "x-api-key": "sk_live_77",
        "idempotency-key": "job_1402-1",
      }),
      body: JSON.stringify({ card: "4242", note: "ünï", deep: [{ name: "Grace.Hopper" }], n: 991 }),
    },
    { url: new URL("https://api.example.com/form"), headers: [], body: "a=x%3Ay-z&b=two+words" },
  ]);

  it.each([
    ["a query value", "t0ken-abc"],
    ["a part of a value", "t0ken"],
    ["a path parameter, decoded", "ada_lovelace1"],
    ["a header", "sk_live_77"],
    ["a user of Basic", "user_one"],
    ["a password of Basic", "word"],
    ["a value of the body", "4242"],
    ["a value in another case", "grace.hopper"],
    ["a value of a form, decoded", "x:y-z"],
    ["a code around a credential", "invalid:sk_live_77"],
    ["a code around a path parameter", "ada_lovelace1_unknown"],
    ["a code around a value", "no_Grace.Hopper"],
    ["a short whole value", "123"],
    ["a short number", "991"],
  ])("is %s", (_, code) => {
    expect(isEcho(code)).toBe(true);
  });

  it.each([
    ["a code of its own", "card_declined"],
    ["a word of the path within a code", "account_suspended"],
    ["digits of our own key", "1402"],
    ["a short code within a value", "ken"],
  ])("is not %s", (_, code) => {
    expect(isEcho(code)).toBe(false);
  });
});
