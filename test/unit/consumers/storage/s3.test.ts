import { storageExecutor } from "../../../../lambdas/consumers/storage/execute.ts";
import { bucketOpener } from "../../../../lambdas/consumers/storage/open-bucket.ts";
import { newUploadId, uploadKey } from "../../../../lambdas/core/uploads.ts";
import { anExecution } from "../../../support/an-execution.ts";
import { aJob } from "../../../support/builders.ts";
import { type S3Answer, type S3Request, s3OnTheWire } from "../../../support/storage/s3-wire.ts";

const job = aJob({ type: "storage" });
const run = `${job.id}-1`;

const store = (open: ReturnType<typeof s3OnTheWire>["open"], overwrite?: string, overrides = {}) =>
  storageExecutor(bucketOpener(open))(
    anExecution({
      job,
      target: { envs: { prd: { provider: "s3", bucket: "files", ...(overwrite && { overwrite }) } } },
      input: { buffer: "aGk=", fileName: "a.txt" },
      ...overrides,
    }),
  );

/** An S3 that has a file of that name already, stored by `owner`. */
const occupied =
  (owner?: string) =>
  ({ method }: S3Request): S3Answer =>
    method === "HEAD"
      ? { headers: { etag: '"old"', "content-length": "9", ...(owner && { "x-amz-meta-ductape-run": owner }) } }
      : { status: 412, error: "PreconditionFailed" };

// The embedded S3 ignores If-None-Match, so this is what goes over the wire and what S3's documentation answers to it.
describe("the overwrite policy on S3", () => {
  it("replace sends no condition, and the run with the file", async () => {
    const { open, requests } = s3OnTheWire(() => ({ headers: { etag: '"new"' } }));
    expect(await store(open)).toMatchObject({
      etag: "new",
      url: "https://files.s3.us-east-1.amazonaws.com/a.txt",
      mime_type: "text/plain",
    });
    expect(requests).toMatchObject([{ method: "PUT", headers: { "x-amz-meta-ductape-run": run } }]);
    expect(requests[0]?.headers).not.toHaveProperty("if-none-match");
  });

  it.each(["keep", "error"])("%s stores only where there is nothing", async (overwrite) => {
    const { open, requests } = s3OnTheWire(() => ({ headers: { etag: '"new"' } }));
    expect(await store(open, overwrite)).toMatchObject({ etag: "new", size: 2 });
    expect(requests).toMatchObject([{ method: "PUT", headers: { "if-none-match": "*" } }]);
  });

  it.each(["keep", "error"])("%s: the file of an earlier attempt of this run is ours", async (overwrite) => {
    const result = await store(s3OnTheWire(occupied(run)).open, overwrite);
    expect(result).toMatchObject({ etag: "old", size: 9, mime_type: "text/plain" });
    expect(result).not.toHaveProperty("kept");
  });

  it.each([undefined, `${job.id}-2`, `${aJob().id}-1`])("another's file is kept, or in the way: %s", async (owner) => {
    const { open } = s3OnTheWire(occupied(owner));
    expect(await store(open, "keep")).toMatchObject({ etag: "old", size: 9, kept: true });
    await expect(store(open, "error")).rejects.toMatchObject({ code: "VALIDATION_ERROR", retryable: false });
  });

  it("a file that is gone again when we look is worth another attempt", async () => {
    const { open } = s3OnTheWire(({ method }) =>
      method === "HEAD" ? { status: 404 } : { status: 412, error: "PreconditionFailed" },
    );
    await expect(store(open, "error")).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
  });

  it("a large file has its condition where it is put together, and its parts are taken back", async () => {
    const { open, requests } = s3OnTheWire(({ method, query }) => {
      if (method === "HEAD") return occupied(run)({ method } as S3Request);
      if (method === "DELETE") return { status: 204 };
      if (method === "PUT") return { headers: { etag: '"part"' } };
      if ("uploads" in query) return { body: "<R><UploadId>u1</UploadId></R>" };
      return { status: 412, error: "PreconditionFailed" };
    });
    const upload_id = newUploadId();
    const { blobs } = anExecution();
    await blobs.put(uploadKey(job, upload_id), Buffer.alloc(6_000_000), "video/mp4");
    expect(await store(open, "error", { blobs, input: { upload_id, fileName: "v.mp4" } })).toMatchObject({
      etag: "old",
    });
    const complete = requests.find(({ method, query }) => method === "POST" && "uploadId" in query);
    expect(complete?.headers["if-none-match"]).toBe("*");
    const create = requests.find(({ query }) => "uploads" in query);
    expect(create?.headers).toMatchObject({ "content-type": "video/mp4", "x-amz-meta-ductape-run": run });
    expect(requests.some(({ method, query }) => method === "DELETE" && query.uploadId === "u1")).toBe(true);
  });
});

describe("S3's errors", () => {
  it.each([
    [404, "NoSuchBucket", "CONFIGURATION_ERROR", false],
    [301, "PermanentRedirect", "CONFIGURATION_ERROR", false],
    [403, "AccessDenied", "FORBIDDEN", false],
    [403, "InvalidAccessKeyId", "UNAUTHORIZED", false],
    [400, "EntityTooLarge", "VALIDATION_ERROR", false],
    [409, "ConditionalRequestConflict", "SERVICE_UNAVAILABLE", true],
    [503, "SlowDown", "RATE_LIMITED", true],
    [503, "ServiceUnavailable", "SERVICE_UNAVAILABLE", true],
    [500, "InternalError", "SERVICE_UNAVAILABLE", true],
    [405, "MethodNotAllowed", "PROVIDER_ERROR", false],
  ])("%i %s is %s", async (status, error, code, retryable) => {
    const failed = store(s3OnTheWire(() => ({ status, error })).open, "error");
    await expect(failed).rejects.toMatchObject({ name: "JobError", code, retryable });
    await expect(failed).rejects.not.toThrow(/s3cret|a\.txt/);
  });

  it("a connection that fails is worth another attempt", async () => {
    const { open } = s3OnTheWire(() => {
      throw Object.assign(new Error("s3cret"), { code: "ECONNRESET" });
    });
    await expect(store(open)).rejects.toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
  });
});
