import { signedFor } from "../../../../../lambdas/consumers/types/function/url.ts";

describe("a function's URL", () => {
  it.each([
    ["https://abc.lambda-url.eu-west-1.on.aws/", { service: "lambda", region: "eu-west-1" }],
    ["https://abc.execute-api.us-gov-east-1.amazonaws.com/prod", { service: "execute-api", region: "us-gov-east-1" }],
    ["https://abc.execute-api.cn-north-1.amazonaws.com.cn/prod", { service: "execute-api", region: "cn-north-1" }],
    ["https://functions.example.com/", { service: "lambda" }],
    ["https://x.lambda-url.eu-west-1.on.aws.evil.example/", { service: "lambda" }],
  ])("%s is signed for the service and region in its host name", (url, expected) => {
    expect(signedFor(new URL(url))).toEqual(expected);
  });
});
