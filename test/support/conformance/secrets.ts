import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parameter, type Reference, referenceName, secret } from "../../../lambdas/core/catalog/references.ts";
import type { Secrets } from "../../../lambdas/core/ports/secrets.ts";

export interface SecretsUnderTest {
  secrets: Secrets;
  /** Replaces the value of "shop/token". */
  rotate: (value: string) => Promise<void> | void;
  stop?: () => Promise<void>;
}

/** The values that an implementation starts with, by reference as the catalog writes it. */
export const heldSecrets = {
  "shop/token": "a token",
  "shop/smtp#user": "mailer",
  "shop/smtp#password": "hunter2",
  "/shop/base-url": "https://shop.example",
} as const;

/** What every Secrets does, in memory and on AWS alike. */
export function describeSecrets(name: string, makeSecrets: () => Promise<SecretsUnderTest>): void {
  describe(`${name} as Secrets`, () => {
    let made: SecretsUnderTest;
    beforeAll(async () => {
      made = await makeSecrets();
    });
    afterAll(() => made.stop?.());

    test.each<[string, Reference, string]>([
      ["a whole secret", secret("shop/token"), "a token"],
      ["a key of a secret", secret("shop/smtp#password"), "hunter2"],
      ["another key of the same secret", secret("shop/smtp#user"), "mailer"],
      ["a parameter", parameter("/shop/base-url"), "https://shop.example"],
    ])("%s resolves to its value", async (_what, reference, value) => {
      expect(await made.secrets.resolve(reference)).toBe(value);
    });

    test("a rotated value is returned to a fresh read, and from then on to all", async () => {
      await made.secrets.resolve(secret("shop/token"));
      await made.rotate("another token");
      expect(await made.secrets.resolve(secret("shop/token"), { fresh: true })).toBe("another token");
      expect(await made.secrets.resolve(secret("shop/token"))).toBe("another token");
    });

    test.each<[string, Reference]>([
      ["a secret", secret("shop/absent")],
      ["a key", secret("shop/smtp#absent")],
      ["a key with a name that every object inherits", secret("shop/smtp#constructor")],
      ["a parameter", parameter("/shop/absent")],
    ])("%s that does not exist is a configuration error that names it", async (_what, reference) => {
      await expect(made.secrets.resolve(reference)).rejects.toMatchObject({
        name: "JobError",
        code: "CONFIGURATION_ERROR",
        retryable: false,
        message: expect.stringContaining(referenceName(reference)),
      });
    });
  });
}
