import { jest } from "@jest/globals";
import type { Request } from "@middy/core";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { jsonBody } from "../../../lambdas/aws/json-body.ts";
import { httpEvent } from "../../support/http-event.ts";

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

test("it may come as base64", async () => {
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body: bytes });
  const body = Buffer.from(event.body ?? "").toString("base64");
  expect(await bodyOf({ ...event, body, isBase64Encoded: true })).toEqual(bytes);
});

test.each(["GET", "DELETE"])("that of a %s is left aside", async (method) => {
  expect(await bodyOf(httpEvent({ method, path: "/v1/jobs", body: "{" }))).toBeUndefined();
});
