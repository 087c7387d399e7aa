import { describe, expect, test } from "@jest/globals";
import { classified, entryError, isRefusal, refusalOf } from "../../../../lambdas/aws/client/refusal.ts";
import { PermanentError, TransientError } from "../../../../lambdas/core/errors.ts";

const named = (name: string, more: object = {}) => Object.assign(new Error("it quotes s3cret"), { name, ...more });

describe("what AWS throws", () => {
  test.each([
    named("ThrottlingException"),
    named("KmsThrottled"),
    named("ProvisionedThroughputExceededException"),
    named("ServiceQuotaExceededException"),
    named("InternalServerError", { $fault: "server" }),
    named("Unknown", { $metadata: { httpStatusCode: 503 } }),
    named("TimeoutError"),
    named("Error", { code: "ECONNRESET" }),
  ])("passes: %s", (error) => {
    expect(refusalOf(error)).toBeInstanceOf(TransientError);
    expect(refusalOf(refusalOf(error))).toEqual(refusalOf(error));
    expect(isRefusal(refusalOf(error))).toBe(true);
    expect(String(refusalOf(error))).not.toContain("s3cret");
  });

  test.each([
    named("ValidationException", { $metadata: { httpStatusCode: 400 } }),
    named("InvalidMessageContents"),
    named("KeyTooLongError"),
    named("Unknown", { $metadata: { httpStatusCode: 413 } }),
  ])("never passes, and is what was asked for: %s", (error) => {
    expect(refusalOf(error)).toBeInstanceOf(PermanentError);
    expect(isRefusal(refusalOf(error))).toBe(false);
    expect(String(refusalOf(error))).not.toContain("s3cret");
  });

  test.each([named("AccessDeniedException", { $metadata: { httpStatusCode: 400 } }), new TypeError("x"), "a string"])(
    "is neither, and stays as it is: %s",
    (error) => expect(refusalOf(error)).toBe(error),
  );
});

describe("what AWS says of an entry of a batch", () => {
  test.each(["InternalError", "InternalFailure", "ServiceUnavailable", "ThrottlingException", undefined])(
    "passes: %s",
    (code) => expect(entryError("SQS", code)).toBeInstanceOf(TransientError),
  );
  test.each(["InvalidMessageContents", "MalformedDetail"])("never passes: %s", (code) =>
    expect(entryError("SQS", code)).toBeInstanceOf(PermanentError),
  );
  test("is neither: AccessDenied", () => {
    const error = entryError("SQS", "AccessDenied");
    expect(error instanceof TransientError || error instanceof PermanentError).toBe(false);
  });
});

test("a classified port passes everything on, and names what its methods throw", async () => {
  const port = classified({
    name: "a port",
    calls: 0,
    async add(one: number, two: number) {
      this.calls++;
      return one + two;
    },
    async fail(name: string): Promise<void> {
      throw named(name);
    },
  });
  expect(await port.add(1, 2)).toBe(3);
  expect([port.name, port.calls]).toEqual(["a port", 1]);
  await expect(port.fail("ThrottlingException")).rejects.toBeInstanceOf(TransientError);
  await expect(port.fail("ValidationException")).rejects.toBeInstanceOf(PermanentError);
  await expect(port.fail("AccessDeniedException")).rejects.toMatchObject({ name: "AccessDeniedException" });
});
