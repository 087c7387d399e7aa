import { describe, expect, test } from "@jest/globals";
import {
  classifyError,
  entryError,
  isTransient,
  withClassifiedErrors,
} from "../../../../lambdas/aws/client/aws-errors.ts";
import { PermanentError, TransientError } from "../../../../lambdas/core/kernel/errors.ts";

const named = (name: string, more: object = {}) =>
  Object.assign(new Error("the request was s3cret"), { name, ...more });

describe("an error of an AWS call", () => {
  test.each([
    named("ThrottlingException"),
    named("KmsThrottled"),
    named("ProvisionedThroughputExceededException"),
    named("ServiceQuotaExceededException"),
    named("InternalServerError", { $fault: "server" }),
    named("Unknown", { $metadata: { httpStatusCode: 500 } }),
    named("TimeoutError"),
    named("Error", { code: "ECONNRESET" }),
    named("Error", { code: "ENETUNREACH" }),
    named("AggregateError", { code: "EADDRNOTAVAIL" }),
  ])("is transient: %s", (error) => {
    expect(classifyError(error)).toBeInstanceOf(TransientError);
    expect(classifyError(classifyError(error))).toEqual(classifyError(error));
    expect(isTransient(classifyError(error))).toBe(true);
    expect(String(classifyError(error))).not.toContain("s3cret");
  });

  test.each([
    named("ValidationException", { $metadata: { httpStatusCode: 400 } }),
    named("InvalidMessageContents"),
    named("KeyTooLongError"),
    named("Unknown", { $metadata: { httpStatusCode: 413 } }),
  ])("is permanent: %s", (error) => {
    expect(classifyError(error)).toBeInstanceOf(PermanentError);
    expect(isTransient(classifyError(error))).toBe(false);
    expect(String(classifyError(error))).not.toContain("s3cret");
  });

  test.each([named("AccessDeniedException", { $metadata: { httpStatusCode: 400 } }), new TypeError("x"), "a string"])(
    "is neither, and stays unchanged: %s",
    (error) => expect(classifyError(error)).toBe(error),
  );
});

describe("the error of one entry of a batch", () => {
  test.each(["InternalError", "InternalFailure", "ServiceUnavailable", "ThrottlingException", undefined])(
    "is transient: %s",
    (code) => expect(entryError("SQS", code)).toBeInstanceOf(TransientError),
  );
  test.each(["InvalidMessageContents", "MalformedDetail"])("is permanent: %s", (code) =>
    expect(entryError("SQS", code)).toBeInstanceOf(PermanentError),
  );
  test("is neither: AccessDenied", () => {
    const error = entryError("SQS", "AccessDenied");
    expect(error instanceof TransientError || error instanceof PermanentError).toBe(false);
  });
});

test("withClassifiedErrors passes calls on and classifies their errors", async () => {
  const port = withClassifiedErrors({
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
