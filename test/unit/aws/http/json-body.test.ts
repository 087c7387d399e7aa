import type { Request } from "@middy/core";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { jsonBody } from "../../../../lambdas/aws/http/json-body.ts";
import { httpEvent } from "../../../support/http-event.ts";

async function bodyOf(event: APIGatewayProxyEventV2): Promise<unknown> {
  await jsonBody().before?.({ event } as Request<APIGatewayProxyEventV2>);
  return event.body;
}

const bytes = { input: { buffer: { type: "Buffer", data: [1, 2, 3] }, note: "constructor" } };

test("a JSON body is parsed", async () => {
  expect(await bodyOf(httpEvent({ method: "POST", path: "/v1/jobs", body: bytes }))).toEqual(bytes);
});

test("a whole number beyond 2^53 in a body is not rounded", async () => {
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body: bytes });
  const digits = "1234567890123456789012345678901";
  expect(await bodyOf({ ...event, body: `{"id":${digits}}` })).toEqual({ id: BigInt(digits) });
});

test("a JSON body may be in base64", async () => {
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body: bytes });
  const body = Buffer.from(event.body ?? "").toString("base64");
  expect(await bodyOf({ ...event, body, isBase64Encoded: true })).toEqual(bytes);
});

describe("a body that is not UTF-8", () => {
  const bytes = Buffer.from([...Buffer.from('{"a":"'), 0xe9, ...Buffer.from('"}')]);
  const notUtf8 = { code: "INVALID_REQUEST", faults: [{ pointer: "", detail: "is not UTF-8" }] };
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body: {} });

  test("is refused, as base64 or as a string from the gateway", async () => {
    const base64 = bodyOf({ ...event, body: bytes.toString("base64"), isBase64Encoded: true });
    await expect(base64).rejects.toMatchObject(notUtf8);
    const headers = { ...event.headers, "content-length": String(bytes.byteLength) };
    await expect(bodyOf({ ...event, headers, body: bytes.toString() })).rejects.toMatchObject(notUtf8);
  });

  test("is told from one that contains U+FFFD", async () => {
    const body = '{"a":"\ufffd"}';
    const headers = { ...event.headers, "content-length": String(Buffer.byteLength(body)) };
    expect(await bodyOf({ ...event, headers, body })).toEqual({ a: "\ufffd" });
    expect(await bodyOf({ ...event, body })).toEqual({ a: "\ufffd" });
  });
});

const sent = (headers: Record<string, string>) =>
  bodyOf({ ...httpEvent({ method: "POST", path: "/v1/jobs", body: bytes }), headers });

test.each([
  "application/json ; charset=utf-8",
  "application/json\t;charset=utf-8",
  "Application/JSON",
  "application/merge-patch+json",
])("Content-Type %s is accepted", async (type) => {
  expect(await sent({ "content-type": type })).toEqual(bytes);
});

test.each(["application/jsonx", "application/json x", "application/json, application/json", "text/json", ""])(
  "Content-Type %s is refused",
  (type) => expect(sent({ "content-type": type })).rejects.toMatchObject({ code: "UNSUPPORTED_MEDIA_TYPE" }),
);

test("Content-Encoding identity is accepted in any case", async () => {
  expect(await sent({ "content-type": "application/json", "content-encoding": "Identity" })).toEqual(bytes);
});

/** JSON of so many bytes, in which each letter has two bytes. */
const ofBytes = (count: number) => JSON.stringify("ü".repeat(count / 2 - 1));

test.each([
  ["text", (text: string) => ({ body: text })],
  ["base64", (text: string) => ({ body: Buffer.from(text).toString("base64"), isBase64Encoded: true })],
])("the size limit counts the bytes that were sent, also as %s", async (_how, arrived) => {
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body: {} });
  expect(await bodyOf({ ...event, ...arrived(ofBytes(4_400_000)) })).toHaveLength(2_199_999);
  const tooLarge = bodyOf({ ...event, ...arrived(ofBytes(4_400_002)) });
  await expect(tooLarge).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
});

test.each(["GET", "DELETE"])("the body of a %s is ignored", async (method) => {
  expect(await bodyOf(httpEvent({ method, path: "/v1/jobs", body: "{" }))).toBeUndefined();
});
