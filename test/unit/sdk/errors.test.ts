import type { DuctapeOptions } from "../../../sdk/src/config.ts";
import { anOrder, apiKey, fakeApi, jobId, type Reply, rejection } from "./fake-api.ts";

const problem = (status: number, body: Record<string, unknown>): Reply => ({
  status,
  headers: { "content-type": "application/problem+json" },
  body: { type: "about:blank", title: "No", status, ...body },
});

const errorFrom = async (reply: Reply, options: DuctapeOptions = {}) => {
  await using api = await fakeApi([reply], { maxRetries: 0, ...options });
  return await rejection(api.client.processor.job.dispatch(anOrder()));
};

describe("an error of the API in the SDK", () => {
  test.each<[Reply, Record<string, unknown>]>([
    [
      problem(401, { code: "UNAUTHENTICATED", detail: "This key is not known." }),
      { name: "AuthenticationError", code: "UNAUTHENTICATED", message: "This key is not known." },
    ],
    [
      problem(403, { code: "FORBIDDEN", detail: "Not this product." }),
      { name: "PermissionError", code: "FORBIDDEN", message: "Not this product." },
    ],
    [
      problem(404, {
        code: "EVENT_NOT_FOUND",
        detail: "No such event.",
        errors: [{ pointer: "/event", detail: "No such event." }],
      }),
      { name: "NotFoundError", code: "EVENT_NOT_FOUND", errors: [{ pointer: "/event", detail: "No such event." }] },
    ],
    [
      problem(409, { code: "IDEMPOTENCY_MISMATCH", detail: "Another request.", job_id: jobId }),
      { name: "ConflictError", code: "IDEMPOTENCY_MISMATCH", jobId },
    ],
    [
      problem(413, { code: "PAYLOAD_TOO_LARGE" }),
      { name: "InvalidRequestError", code: "PAYLOAD_TOO_LARGE", message: "No" },
    ],
    [problem(429, { code: "RATE_LIMITED" }), { name: "RateLimitError", code: "RATE_LIMITED" }],
    [
      problem(503, { code: "UNAVAILABLE", detail: "It may still run.", job_id: jobId }),
      { name: "UnavailableError", code: "UNAVAILABLE", jobId },
    ],
    [
      { status: 401, body: { message: "Unauthorized" } },
      { name: "AuthenticationError", code: "UNAUTHENTICATED", message: expect.stringContaining("DUCTAPE_API_KEY") },
    ],
    [
      { status: 403, body: { Message: "Forbidden" } },
      { name: "PermissionError", code: "FORBIDDEN", message: expect.stringContaining("DUCTAPE_API_KEY") },
    ],
    [
      { status: 404, body: { message: "Not Found" } },
      { name: "NotFoundError", code: "ROUTE_NOT_FOUND", message: expect.stringContaining("DUCTAPE_URL") },
    ],
    [
      { status: 429, body: { message: "Too Many Requests" } },
      { name: "RateLimitError", code: "RATE_LIMITED" },
    ],
    [
      { status: 500, body: { message: "Internal Server Error" } },
      { name: "UnavailableError", code: "INTERNAL", message: "The API answered 500: Internal Server Error" },
    ],
    [
      { status: 503, body: { message: "Service Unavailable" } },
      { name: "UnavailableError", code: "UNAVAILABLE" },
    ],
    [
      { status: 502, body: "<html>" },
      { name: "UnavailableError", code: "UNAVAILABLE", message: "The API answered 502" },
    ],
    [
      { status: 418, body: "null" },
      { name: "DuctapeError", code: "UNEXPECTED_ANSWER" },
    ],
    [
      { status: 301, headers: { location: "https://elsewhere.example" } },
      { name: "DuctapeError", code: "UNEXPECTED_ANSWER", message: expect.stringContaining("redirects") },
    ],
  ])("%j becomes %j", async (reply, expected) => {
    expect(await errorFrom(reply)).toMatchObject({ status: reply.status, ...expected });
  });

  test("lists the faults of an invalid request", async () => {
    const errors = [
      { pointer: "/evnt", detail: 'unknown field. Did you mean "event"?' },
      { pointer: "", detail: "nested deeper than 64 levels" },
    ];
    const error = await errorFrom(problem(400, { code: "INVALID_REQUEST", detail: "Not valid.", errors }));
    expect(error).toMatchObject({
      name: "InvalidRequestError",
      code: "INVALID_REQUEST",
      errors,
      message: 'Not valid.\n  /evnt: unknown field. Did you mean "event"?\n  /: nested deeper than 64 levels',
    });
  });

  test.each(["x-request-id", "apigw-requestid", "x-amzn-requestid"])(
    "has the request id of the header %s",
    async (name) => {
      expect(await errorFrom({ status: 400, headers: { [name]: "r-1" } })).toMatchObject({ requestId: "r-1" });
    },
  );

  test("has the problem's request id if no header has one", async () => {
    const body = { code: "INTERNAL", detail: "d", request_id: "r-2" };
    expect(await errorFrom({ status: 500, body })).toMatchObject({ requestId: "r-2" });
    const headers = { "apigw-requestid": "r-1" };
    expect(await errorFrom({ status: 500, headers, body: { ...body, request_id: 5 } })).toMatchObject({
      requestId: "r-1",
    });
  });

  test.each<Reply>([
    { status: 200, body: "<html>Welcome</html>" },
    { status: 200, body: { hello: "world" } },
    { status: 204, body: "" },
  ])("may be an answer of the wrong shape: %j", async (reply) => {
    expect(await errorFrom(reply)).toMatchObject({
      code: "UNEXPECTED_ANSWER",
      message: expect.stringContaining("DUCTAPE_URL"),
    });
  });

  test("has no properties without a value", async () => {
    expect(Object.keys((await errorFrom({ status: 401 })) as object).sort()).toEqual(["code", "status"]);
  });

  test("never repeats the key", async () => {
    const echo = `Bearer ${apiKey} is not known`;
    const error = await errorFrom(problem(400, { detail: echo, errors: [{ pointer: `/${apiKey}`, detail: echo }] }));
    expect(String(error)).toContain("[API key] is not known");
    expect(JSON.stringify(error) + String(error)).not.toContain(apiKey);
  });

  test("keeps a text that is too short to be a key", async () => {
    expect(await errorFrom(problem(401, { detail: "Not known." }), { apiKey: "k" })).toMatchObject({
      message: "Not known.",
    });
  });
});
