import { urlFault } from "../../../../lambdas/core/kernel/url.ts";

describe("the check of a URL to send to:", () => {
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
    ["https://user:pass@example.com/f", "must not contain credentials"],
    ["example.com/f", "is not a URL"],
    ["", "is not a URL"],
  ])("%s", (url, fault) => {
    expect(urlFault(url, { plainLoopback: true })).toBe(fault);
  });

  it("plain HTTP passes only to this machine and where it is allowed", () => {
    expect(urlFault("http://localhost:4000")).toBe("must start with https://");
  });
});
