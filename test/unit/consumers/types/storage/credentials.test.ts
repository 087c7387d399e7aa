import { storageExecutor } from "../../../../../lambdas/consumers/types/storage/execute.ts";
import { storageFault } from "../../../../../lambdas/consumers/types/storage/faults.ts";
import { secret } from "../../../../../lambdas/core/catalog/references.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { anExecution } from "../../../../support/an-execution.ts";
import { aServiceAccount } from "../../../../support/storage/service-account.ts";

const gcs = { provider: "gcs", bucket: "files", service_account: secret("files#gcs") };
const azure = { provider: "azure", container: "files", connection_string: secret("files#azure") };

const run = (place: unknown, secrets: Record<string, string> = {}) =>
  storageExecutor()(anExecution({ target: { envs: { prd: place } }, input: { buffer: "", fileName: "a" }, secrets }));

describe("the credentials of a storage", () => {
  it.each([
    ["a service account that is not JSON", gcs, { "files#gcs": "{s3cret" }],
    ["one without a key", gcs, { "files#gcs": aServiceAccount({ private_key: undefined }) }],
    ["one with a broken key", gcs, { "files#gcs": aServiceAccount({ private_key: "s3cret" }) }],
    ["a connection string that is none", azure, { "files#azure": "s3cret" }],
    ["one with half of it", azure, { "files#azure": "AccountName=a;AccountKey=s3cret" }],
  ])("%s is a configuration error that names the reference", async (_what, place, secrets) => {
    const failed = run(place, secrets);
    await expect(failed).rejects.toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
    await expect(failed).rejects.toThrow(/^secret\("files#(gcs|azure)"\) is not /);
    await expect(failed).rejects.not.toThrow(/s3cret/);
  });

  it.each([gcs, azure])("that are missing have the port's error: %j", async (place) => {
    await expect(run(place)).rejects.toThrow(/^secret\(.*\) does not exist\.$/);
  });

  it("of a place that the catalog has lost are a configuration error", async () => {
    await expect(run(undefined)).rejects.toMatchObject({ code: "CONFIGURATION_ERROR" });
  });
});

describe("the errors of Azure and Google", () => {
  it.each([
    [
      "an Azure container that is missing",
      { statusCode: 404, code: "ContainerNotFound" },
      "CONFIGURATION_ERROR",
      false,
    ],
    ["an Azure key that is wrong", { statusCode: 403, code: "AuthenticationFailed" }, "UNAUTHORIZED", false],
    [
      "an Azure signature that may not write",
      { statusCode: 403, code: "AuthorizationPermissionMismatch" },
      "FORBIDDEN",
      false,
    ],
    ["a busy Azure", { statusCode: 503, code: "ServerBusy" }, "RATE_LIMITED", true],
    ["an Azure that is not reached", { name: "RestError", code: "ECONNREFUSED" }, "CONNECTION_ERROR", true],
    ["a Google bucket that is missing", { code: 404 }, "CONFIGURATION_ERROR", false],
    ["a Google account that may not write", { code: 403 }, "FORBIDDEN", false],
    [
      "a Google account that is gone",
      { code: "400", response: { status: 400, data: { error: "invalid_grant" } } },
      "UNAUTHORIZED",
      false,
    ],
    ["a throttle of Google", { code: 429 }, "RATE_LIMITED", true],
    ["a Google that is down", { code: 503 }, "SERVICE_UNAVAILABLE", true],
    ["a source that broke off", { code: "ECONNRESET" }, "CONNECTION_ERROR", true],
    ["another refusal", { code: 400 }, "PROVIDER_ERROR", false],
  ])("are classified for %s", (_what, fields, code, retryable) => {
    const fault = storageFault(Object.assign(new Error("s3cret"), fields));
    expect(fault).toMatchObject({ code, retryable });
    expect(fault.message).not.toContain("s3cret");
  });

  it.each([
    [{ statusCode: 404, code: "ContainerNotFound", name: "RestError" }, "ContainerNotFound"],
    [{ name: "RestError", code: "ECONNREFUSED" }, "ECONNREFUSED"],
    [{ name: "ApiError", code: 404, errors: [{ reason: "notFound" }] }, "notFound"],
    [{ name: "ApiError", code: 503 }, "503"],
    [{ code: "400", response: { status: 400, data: { error: "invalid_grant" } } }, "invalid_grant"],
    [{ name: "NoSuchBucket", $metadata: { httpStatusCode: 404 } }, "NoSuchBucket"],
    [{ name: "s3cret 4242", $metadata: { httpStatusCode: 400 } }, "400"],
    [{}, undefined],
  ])("keep the vendor's code: %j is %s", (fields, providerCode) => {
    expect(storageFault(Object.assign(new Error("s3cret"), fields))).toMatchObject({ providerCode });
  });

  it("do not include a failure of this system", () => {
    const error = new JobError("NOT_FOUND", "gone");
    expect(storageFault(error)).toBe(error);
  });
});
