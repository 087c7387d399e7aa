import { storageExecutor } from "../../../../../lambdas/consumers/types/storage/execute.ts";
import { bucketOpener } from "../../../../../lambdas/consumers/types/storage/open-bucket.ts";
import { newUploadId, uploadKey } from "../../../../../lambdas/core/kernel/uploads.ts";
import { anExecution } from "../../../../support/an-execution.ts";
import { aJob } from "../../../../support/builders.ts";
import { type S3Answer, type S3Request, s3OnTheWire } from "../../../../support/storage/s3-wire.ts";

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

/** An S3 that has no file of that name, and says so by this status. */
const vacant =
  (status: number) =>
  ({ method }: S3Request): S3Answer =>
    method === "HEAD" ? { status } : { headers: { etag: '"new"' } };

test.each([
  ["text/html", "attachment"],
  ["IMAGE/SVG+XML; charset=utf-8", "attachment"],
  ["application/xml", "attachment"],
  ["application/pdf", undefined],
  ["text/plain", undefined],
])("a file of type %s has the disposition %s, so that pages run no script", async (mimeType, disposition) => {
  const { open, requests } = s3OnTheWire(() => ({ headers: { etag: '"new"' } }));
  await store(open, undefined, { input: { buffer: "aGk=", fileName: "a", mimeType } });
  expect(requests[0]?.headers["content-disposition"]).toBe(disposition);
});

// The embedded S3 ignores If-None-Match, so this is what goes over the wire and what S3's documentation answers to it.
describe("the overwrite policy on S3", () => {
  it("replace sends no condition, and names the run in the file", async () => {
    const { open, requests } = s3OnTheWire(() => ({ headers: { etag: '"new"' } }));
    expect(await store(open)).toMatchObject({
      etag: "new",
      url: "https://files.s3.us-east-1.amazonaws.com/a.txt",
      mime_type: "text/plain",
    });
    expect(requests).toMatchObject([{ method: "PUT", headers: { "x-amz-meta-ductape-run": run } }]);
    expect(requests[0]?.headers).not.toHaveProperty("if-none-match");
  });

  it("metadata that S3 would change is not sent", async () => {
    const { open, requests } = s3OnTheWire(() => ({ headers: { etag: '"new"' } }));
    const input = { buffer: "aGk=", metadata: { "a b": "s3cret" } };
    await expect(store(open, undefined, { input })).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      retryable: false,
      message: 'The metadata "a b" must have only letters, digits, - and _ in its name.',
    });
    expect(requests).toEqual([]);
  });

  it.each(["keep", "error"])("%s stores only where there is nothing", async (overwrite) => {
    const { open, requests } = s3OnTheWire(vacant(404));
    expect(await store(open, overwrite)).toMatchObject({ etag: "new", size: 2 });
    expect(requests).toMatchObject([{ method: "HEAD" }, { method: "PUT", headers: { "if-none-match": "*" } }]);
  });

  it("an existing file is not sent to S3 at all", async () => {
    const { open, requests } = s3OnTheWire(occupied());
    expect(await store(open, "keep")).toMatchObject({ etag: "old", kept: true });
    expect(requests).toMatchObject([{ method: "HEAD" }]);
  });

  it("a role that may not list the bucket can store a new file", async () => {
    expect(await store(s3OnTheWire(vacant(403)).open, "error")).toMatchObject({ etag: "new" });
  });

  it.each(["keep", "error"])("%s: a file that came between the look and the write is found", async (overwrite) => {
    let looks = 0;
    const { open } = s3OnTheWire((request) =>
      request.method === "HEAD" && looks++ === 0 ? { status: 404 } : occupied(run)(request),
    );
    expect(await store(open, overwrite)).toMatchObject({ etag: "old", size: 9 });
  });

  it.each(["keep", "error"])("%s: the file of an earlier attempt of this run counts as stored", async (overwrite) => {
    const result = await store(s3OnTheWire(occupied(run)).open, overwrite);
    expect(result).toMatchObject({ etag: "old", size: 9, mime_type: "text/plain" });
    expect(result).not.toHaveProperty("kept");
  });

  it.each([undefined, `${job.id}-2`, `${aJob().id}-1`])(
    "another job's file is kept, or in the way: %s",
    async (owner) => {
      const { open } = s3OnTheWire(occupied(owner));
      expect(await store(open, "keep")).toMatchObject({ etag: "old", size: 9, kept: true });
      await expect(store(open, "error")).rejects.toMatchObject({ code: "VALIDATION_ERROR", retryable: false });
    },
  );

  it("a file that is deleted before it is read is worth another attempt", async () => {
    const { open } = s3OnTheWire(({ method }) =>
      method === "HEAD" ? { status: 404 } : { status: 412, error: "PreconditionFailed" },
    );
    await expect(store(open, "error")).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
  });

  it("a large file has its condition on the completing request", async () => {
    let looks = 0;
    const { open, requests } = s3OnTheWire(({ method, query }) => {
      if (method === "HEAD") return looks++ === 0 ? { status: 404 } : occupied(run)({ method } as S3Request);
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

describe("an aborted upload to S3", () => {
  const upload = async (bytes: number) => {
    const upload_id = newUploadId();
    const { blobs } = anExecution();
    await blobs.put(uploadKey(job, upload_id), Buffer.alloc(bytes), "video/mp4");
    return { blobs, input: { upload_id, fileName: "v.mp4" } };
  };
  const isPart = ({ method, query }: S3Request) => method === "PUT" && "partNumber" in query;
  const isComplete = ({ method, query }: S3Request) => method === "POST" && "uploadId" in query;
  const isCleanUp = ({ method, query }: S3Request) => method === "DELETE" && query.uploadId === "u1";
  const answer = (request: S3Request): S3Answer => {
    if (request.method === "DELETE") return { status: 204 };
    return "uploads" in request.query ? { body: "<R><UploadId>u1</UploadId></R>" } : { headers: { etag: '"part"' } };
  };
  /** Answers when the request is given up, as a socket does. */
  const untilAborted = (signal: AbortSignal | undefined) =>
    new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (!signal) setImmediate(reject, new Error("a request that nobody can end"));
    });

  it.each([
    ["its parts", isPart],
    ["the request that puts them together", isComplete],
  ])("ends %s and removes its parts before it rejects", async (_what, isLast) => {
    const timeout = new AbortController();
    const reason = new Error("the shell's timeout");
    const { open, requests } = s3OnTheWire((request, signal) => {
      if (!isLast(request)) return answer(request);
      setImmediate(() => timeout.abort(reason));
      return untilAborted(signal);
    });
    const overrides = { ...(await upload(16_000_000)), signal: timeout.signal };
    await expect(store(open, undefined, overrides)).rejects.toBe(reason);
    expect(requests.filter(isCleanUp)).toHaveLength(1);
    expect(requests.at(-1)).toMatchObject({ method: "DELETE" });
    expect(requests.filter(isComplete)).toHaveLength(isLast === isComplete ? 1 : 0);
  });

  it("never begins if its time was already over", async () => {
    const reason = new Error("the shell's timeout");
    for (const bytes of [70_000, 6_000_000]) {
      const { open, requests } = s3OnTheWire(answer);
      const stored = store(open, undefined, { ...(await upload(bytes)), signal: AbortSignal.abort(reason) });
      await expect(stored).rejects.toBe(reason);
      expect(requests).toEqual([]);
    }
  });

  it("ends the single request of a small file", async () => {
    const timeout = new AbortController();
    const { open } = s3OnTheWire((_request, signal) => {
      setImmediate(() => timeout.abort(new Error("the shell's timeout")));
      return untilAborted(signal);
    });
    const stored = store(open, undefined, { ...(await upload(70_000)), signal: timeout.signal });
    await expect(stored).rejects.toThrow("the shell's timeout");
  });

  it("sends no further part after a failure, which it throws", async () => {
    const { open, requests } = s3OnTheWire((request) => {
      if (isPart(request)) return { status: 503, error: "SlowDown" };
      return request.method === "DELETE" ? { status: 403, error: "AccessDenied" } : answer(request);
    });
    const stored = store(open, undefined, await upload(60_000_000));
    await expect(stored).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect(requests.filter(isPart).length).toBeLessThanOrEqual(2);
    expect(requests.filter(isCleanUp)).toHaveLength(1);
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

  it("a failed connection to S3 is retryable", async () => {
    const { open } = s3OnTheWire(() => {
      throw Object.assign(new Error("s3cret"), { code: "ECONNRESET" });
    });
    await expect(store(open)).rejects.toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
  });
});
