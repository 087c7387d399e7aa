import { functionInput } from "../../../../../lambdas/consumers/types/function/definition.ts";
import { functionTarget } from "../../../../../lambdas/consumers/types/function/target.ts";
import { parameter, secret } from "../../../../../lambdas/core/catalog/references.ts";

const arn = "arn:aws:lambda:eu-west-1:123456789012:function:resize";
const accepts = (callee: unknown) => functionTarget().safeParse({ envs: { dev: callee } }).success;

describe("a function in the catalog", () => {
  it.each([
    ["a Lambda by ARN", { provider: "lambda", arn }],
    ["one with an alias", { provider: "lambda", arn: `${arn}:live` }],
    ["a URL without auth", { provider: "http", url: "https://f.example.com" }],
    ["a URL by reference", { provider: "http", url: parameter("/f/url") }],
    [
      "a bearer token by reference",
      { provider: "http", url: "https://f.example.com", auth: { type: "bearer", token: secret("f#token") } },
    ],
    ["IAM", { provider: "http", url: "https://f.example.com", auth: { type: "iam", region: "eu-west-1" } }],
    ["IAM and its function", { provider: "http", url: "https://f.example.com", auth: { type: "iam", arn } }],
    [
      "IAM and a method of an API",
      {
        provider: "http",
        url: "https://f.example.com",
        auth: { type: "iam", arn: "arn:aws:execute-api:eu-west-1:123456789012:abc123/$default/POST/resize" },
      },
    ],
  ])("may be %s", (_what, callee) => {
    expect(accepts(callee)).toBe(true);
  });

  it.each([
    ["a Lambda by name", { provider: "lambda", arn: "resize" }],
    ["plain HTTP", { provider: "http", url: "http://f.example.com" }],
    ["credentials in the URL", { provider: "http", url: "https://a:b@f.example.com" }],
    [
      "a token that is written out",
      { provider: "http", url: "https://f.example.com", auth: { type: "bearer", token: "t" } },
    ],
    [
      "IAM and every function there is",
      {
        provider: "http",
        url: "https://f.example.com",
        auth: { type: "iam", arn: "arn:aws:lambda:eu-west-1:123456789012:function:*" },
      },
    ],
    ["both kinds", { provider: "lambda", arn, url: "https://f.example.com" }],
  ])("may not be %s", (_what, callee) => {
    expect(accepts(callee)).toBe(false);
  });
});

describe("the input of a function job", () => {
  it.each([{}, { payload: {} }, { payload: [1] }, { payload: null }, { payload: 0 }, { payload: "" }])(
    "may be %j",
    (input) => {
      expect(functionInput.parse(input)).toEqual(input);
    },
  );

  it.each([null, [], { payload: 1, more: 2 }, { event: {} }])("may not be %j", (input) => {
    expect(functionInput.safeParse(input).success).toBe(false);
  });
});
