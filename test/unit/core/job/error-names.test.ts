import { isNamed, plainName } from "../../../../lambdas/core/job/error-names.ts";
import type { JobErrorCode } from "../../../../lambdas/core/job/job-error.ts";

const failure = (code: JobErrorCode, providerCode?: string) => ({ code, providerCode });

describe("a name in a retry rule", () => {
  it.each([
    ["CARD_DECLINED", "card_declined"],
    ["card-declined", "CARD_DECLINED"],
    ["Card declined!", "card_declined"],
    ["40p01", "40P01"],
    ["5.7.1", "5.7.1"],
  ])("%s means the provider's %s", (name, code) => {
    expect(isNamed(name, failure("PROVIDER_ERROR", code))).toBe(true);
  });

  it("is compared as a whole", () => {
    expect(isNamed("CARD", failure("PROVIDER_ERROR", "card_declined"))).toBe(false);
    expect(isNamed("CARDDECLINED", failure("PROVIDER_ERROR", "card_declined"))).toBe(false);
    expect(isNamed("CARD_DECLINED", failure("PROVIDER_ERROR"))).toBe(false);
  });

  it("that is one of our codes means ours, whatever a provider calls its code", () => {
    expect(isNamed("TIMEOUT", failure("TIMEOUT", "ETIMEDOUT"))).toBe(true);
    expect(isNamed("TIMEOUT", failure("PROVIDER_ERROR", "timeout"))).toBe(false);
    expect(isNamed("timeout", failure("TIMEOUT"))).toBe(true);
    expect(isNamed("timeout", failure("PROVIDER_ERROR", "Timeout"))).toBe(true);
  });

  it.each([
    "40P01",
    "ER_LOCK_DEADLOCK",
    "WriteConflict",
    "TransactionConflict",
    "TransactionConflictException",
    "deadlock",
  ])("DEADLOCK means %s", (code) => {
    expect(isNamed("Deadlock", failure("SERVICE_UNAVAILABLE", code))).toBe(true);
    expect(isNamed("DEADLOCK", failure("SERVICE_UNAVAILABLE", "55P03"))).toBe(false);
  });

  it("CONNECTION_LOST means a connection that had been made", () => {
    const named = (code: JobErrorCode, providerCode?: string) =>
      isNamed("CONNECTION_LOST", failure(code, providerCode));
    expect(named("CONNECTION_ERROR", "ECONNRESET")).toBe(true);
    expect(named("CONNECTION_ERROR", "PROTOCOL_CONNECTION_LOST")).toBe(true);
    expect(named("CONNECTION_ERROR")).toBe(true);
    expect(named("SERVICE_UNAVAILABLE", "57P01")).toBe(true);
    expect(named("CONNECTION_ERROR", "ECONNREFUSED")).toBe(false);
    expect(named("TIMEOUT", "57014")).toBe(false);
  });

  it("keeps letters of other scripts different", () => {
    expect(plainName("café")).not.toBe(plainName("caf"));
  });
});
