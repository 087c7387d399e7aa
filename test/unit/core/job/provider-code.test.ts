import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { firstProviderCode, providerCodeOf } from "../../../../lambdas/core/job/provider-code.ts";

describe("a provider's code", () => {
  it.each(["40P01", "ER_LOCK_DEADLOCK", "card_declined", "5.7.1", "auth:user-disabled", "E-21211", "402"])(
    "may be %s",
    (code) => {
      expect(providerCodeOf(code)).toBe(code);
    },
  );

  it("may be a number", () => {
    expect(providerCodeOf(11000)).toBe("11000");
  });

  it.each([
    ["a sentence", "the card was declined"],
    ["an address", "ada@example.com"],
    ["a URL", "https://example.com/x"],
    ["empty", ""],
    ["only punctuation", "--"],
    ["longer than 64 characters", "x".repeat(65)],
    ["the number of a card", "4242424242424242"],
    ["a phone number", "4930123456"],
    ["an id", "0198c2f4-7a6e-7b3c-9d1e-2f3a4b5c6d7e"],
    ["not a text", { code: "x" }],
    ["absent", undefined],
  ])("is never %s", (_, value) => {
    expect(providerCodeOf(value)).toBeUndefined();
  });

  it("is the first valid candidate", () => {
    expect(firstProviderCode([undefined, "not found", "no_such_user", "second"])).toBe("no_such_user");
    expect(firstProviderCode([])).toBeUndefined();
  });

  it("is dropped from an error if it is invalid", () => {
    expect(new JobError("PROVIDER_ERROR", "no", { providerCode: "card_declined" }).providerCode).toBe("card_declined");
    expect(new JobError("PROVIDER_ERROR", "no", { providerCode: "secret of Ada" }).providerCode).toBeUndefined();
  });
});
