import { apiKeyId, apiKeyPattern, apiKeyStatus, isKeyOf, newApiKey } from "../../../../lambdas/core/access/api-key.ts";
import { allScopes } from "../../../../lambdas/core/access/scopes.ts";
import { noon } from "../../../support/builders.ts";

const made = () => newApiKey({ name: "ci", scopes: allScopes, created_at: noon });

describe("a new key", () => {
  it("has the form that scanners look for, its id in it, and 256 random bits", () => {
    const { key, record } = made();
    expect(key).toMatch(apiKeyPattern);
    expect(apiKeyId(key)).toBe(record.id);
    expect(made().key).not.toBe(key);
    expect(made().record.id).not.toBe(record.id);
  });

  it("is kept only as a hash", () => {
    const { key, record } = made();
    expect(JSON.stringify(record)).not.toContain(key.slice(-64));
    expect(isKeyOf(record, key)).toBe(true);
  });

  it("is no other record's key, and no longer itself with a letter changed", () => {
    const { key, record } = made();
    expect(isKeyOf(made().record, key)).toBe(false);
    expect(isKeyOf(record, `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`)).toBe(false);
  });
});

it.each([
  [{}, "active"],
  [{ expires_at: noon + 1 }, "active"],
  [{ expires_at: noon }, "expired"],
  [{ revoked_at: noon - 1, expires_at: noon + 1 }, "revoked"],
])("a key with %j is %s", (fields, status) => {
  expect(apiKeyStatus({ ...made().record, ...fields }, noon)).toBe(status);
});

it.each(["", "dj_", "x".repeat(84), made().key.toUpperCase(), `${made().key}0`, ` ${made().key}`])(
  "%j is no key of ours",
  (text) => {
    expect(apiKeyId(text)).toBeUndefined();
  },
);
