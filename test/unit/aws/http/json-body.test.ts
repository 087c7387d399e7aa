import { jest } from "@jest/globals";
import type { Request } from "@middy/core";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { jsonBody } from "../../../../lambdas/aws/http/json-body.ts";
import { httpEvent } from "../../../support/http-event.ts";

async function bodyOf(event: APIGatewayProxyEventV2): Promise<unknown> {
  await jsonBody().before?.({ event } as Request<APIGatewayProxyEventV2>);
  return event.body;
}

const bytes = { input: { buffer: { type: "Buffer", data: [1, 2, 3] }, note: "constructor" } };

test("a body is parsed once, and nothing is called for each of its values", async () => {
  const parse = jest.spyOn(JSON, "parse");
  const body = await bodyOf(httpEvent({ method: "POST", path: "/v1/jobs", body: bytes }));
  const calls = parse.mock.calls;
  parse.mockRestore();
  expect(body).toEqual(bytes);
  expect(calls).toEqual([[JSON.stringify(bytes), undefined]]);
});

test("a whole number that JavaScript would round is not rounded", async () => {
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body: bytes });
  const digits = "1234567890123456789012345678901";
  expect(await bodyOf({ ...event, body: `{"id":${digits}}` })).toEqual({ id: BigInt(digits) });
});

test("it may come as base64", async () => {
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body: bytes });
  const body = Buffer.from(event.body ?? "").toString("base64");
  expect(await bodyOf({ ...event, body, isBase64Encoded: true })).toEqual(bytes);
});

describe("a body that is not UTF-8", () => {
  const bytes = Buffer.from([...Buffer.from('{"a":"'), 0xe9, ...Buffer.from('"}')]);
  const notUtf8 = { code: "INVALID_REQUEST", faults: [{ pointer: "", detail: "is not UTF-8" }] };
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body: {} });

  test("is refused, come as base64 or as the text that a gateway has made of it", async () => {
    const base64 = bodyOf({ ...event, body: bytes.toString("base64"), isBase64Encoded: true });
    await expect(base64).rejects.toMatchObject(notUtf8);
    const headers = { ...event.headers, "content-length": String(bytes.byteLength) };
    await expect(bodyOf({ ...event, headers, body: bytes.toString() })).rejects.toMatchObject(notUtf8);
  });

  test("is not one with U+FFFD of its own", async () => {
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
])("takes Content-Type: %s", async (type) => {
  expect(await sent({ "content-type": type })).toEqual(bytes);
});

test.each(["application/jsonx", "application/json x", "application/json, application/json", "text/json", ""])(
  "refuses Content-Type: %s",
  (type) => expect(sent({ "content-type": type })).rejects.toMatchObject({ code: "UNSUPPORTED_MEDIA_TYPE" }),
);

test("takes the encoding that is none, however it is written", async () => {
  expect(await sent({ "content-type": "application/json", "content-encoding": "Identity" })).toEqual(bytes);
});

/** A JSON text of so many bytes, of which each letter has two. */
const ofBytes = (count: number) => JSON.stringify("ü".repeat(count / 2 - 1));

test.each([
  ["text", (text: string) => ({ body: text })],
  ["base64", (text: string) => ({ body: Buffer.from(text).toString("base64"), isBase64Encoded: true })],
])("its limit counts the bytes of what was sent, come as %s", async (_how, arrived) => {
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body: {} });
  expect(await bodyOf({ ...event, ...arrived(ofBytes(4_400_000)) })).toHaveLength(2_199_999);
  const tooLarge = bodyOf({ ...event, ...arrived(ofBytes(4_400_002)) });
  await expect(tooLarge).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
});

test.each(["GET", "DELETE"])("that of a %s is left aside", async (method) => {
  expect(await bodyOf(httpEvent({ method, path: "/v1/jobs", body: "{" }))).toBeUndefined();
});
