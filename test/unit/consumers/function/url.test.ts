import { signedFor, urlFault } from "../../../../lambdas/consumers/function/url.ts";

describe("a function's URL", () => {
  it.each([
    ["https://abc.lambda-url.eu-west-1.on.aws/", undefined],
    ["http://127.0.0.1:4000/f", undefined],
    ["http://[::1]:4000/f", undefined],
    ["http://localhost:4000", undefined],
    ["http://api.execute-api.localhost:4566/f", undefined],
    ["http://example.com/f", "must start with https://"],
    ["http://127.evil.example/f", "must start with https://"],
    ["http://localhost.evil.example/f", "must start with https://"],
    ["ftp://localhost/f", "must start with https://"],
    ["https://user:pass@example.com/f", "must not contain credentials: use auth"],
    ["example.com/f", "is not a URL"],
    ["", "is not a URL"],
  ])("%s", (url, fault) => {
    expect(urlFault(url)).toBe(fault);
  });

  it.each([
    ["https://abc.lambda-url.eu-west-1.on.aws/", { service: "lambda", region: "eu-west-1" }],
    ["https://abc.execute-api.us-gov-east-1.amazonaws.com/prod", { service: "execute-api", region: "us-gov-east-1" }],
    ["https://abc.execute-api.cn-north-1.amazonaws.com.cn/prod", { service: "execute-api", region: "cn-north-1" }],
    ["https://functions.example.com/", { service: "lambda" }],
    ["https://x.lambda-url.eu-west-1.on.aws.evil.example/", { service: "lambda" }],
  ])("%s is signed for the service and region its host names", (url, expected) => {
    expect(signedFor(new URL(url))).toEqual(expected);
  });
});
